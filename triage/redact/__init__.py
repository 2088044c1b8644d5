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

__all__ = ["Redactor", "redact", "redact_document"]


def redact(text: str) -> str:
    """Return the text with its secrets masked; the result of a second call is the same as of the first."""
    return Redactor().text(text)


def redact_document(document: Any) -> Any:
    """Return plain data (dicts, lists, strings, numbers) with the secrets of every text masked.

    Keys stay but for secrets in them. A value under a key that says what it is (``password``, ``user_id``) is masked whatever it looks like.
    """
    return Redactor().document(document)
