"""Secrets and personal data masked where text leaves.

Tokens, keys, passwords, cookies, authorisation codes, private keys, e-mail addresses, public addresses and user ids
become placeholders such as ``<token-1>``: the same secret gets the same one within one ``Redactor``, so that what
belongs together can still be seen. Ordinary words, commit hashes, instance ids, revisions, private addresses and
times stay.

The rules are our own small table in the manner of gitleaks (the form of a secret, a literal that must be there,
samples in the tests). detect-secrets and gitleaks themselves are made for source code: they find that a line holds a
secret, not which characters to take out; they know neither addresses nor user ids nor encoded forms; and
detect-secrets brings plugins that ask the network whether a secret is live.
"""

from typing import Any

from triage.redact.redactor import Redactor

__all__ = ["DOCUMENT_NAMES", "Redactor", "redact_document", "redact_text"]

#: Fields of our own documents that count by the names of services or revisions.
DOCUMENT_NAMES = ("services", "revisions")


def redact_text(text: str) -> str:
    """Return the text with its secrets masked; the result of a second call is the same as of the first."""
    return Redactor().redact_text(text)


def redact_document(document: Any) -> Any:
    """Return one of our documents as plain data with the secrets of every text masked.

    Keys stay but for secrets in them. A value under a key that says what it is (``password``, ``user_id``) is masked whatever it looks like.
    """
    return Redactor(by_name=DOCUMENT_NAMES).redact_document(document)
