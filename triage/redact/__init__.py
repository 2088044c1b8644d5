"""Mask secrets and personal data wherever text leaves the tool.

Tokens, keys, passwords, cookies, authorization codes, private keys, e-mail addresses, public addresses and
user ids become placeholders such as ``<token-1>``. The same secret gets the same placeholder within one
``Redactor``, so that related lines stay related. Ordinary words, commit hashes, instance ids, revisions,
private addresses and times stay, and so do service accounts, which the commands of a fix need, except where
one is the author of a change.

The rules are a small table in the manner of gitleaks: the form of a secret, a literal that must be present,
samples in the tests. detect-secrets and gitleaks themselves are made for source code. They find that a line
holds a secret, not which characters to mask, and they know neither addresses nor user ids nor encoded forms.
detect-secrets also has plugins that ask the network whether a secret is valid.
"""

from typing import Any

from triage.redact.redactor import PLACEHOLDER, Redactor

__all__ = ["DOCUMENT_NAMES", "PLACEHOLDER", "Redactor", "redact_document", "redact_text"]

#: Fields of triage's documents whose keys are names: of services, revisions, and of what a rule captured.
DOCUMENT_NAMES = ("services", "revisions", "captures")


def redact_text(text: str) -> str:
    """Return the text with its secrets masked; redacting twice changes nothing."""
    return Redactor().redact_text(text)


def redact_document(document: Any) -> Any:
    """Return a document as plain data, with the secrets of every text masked.

    Keys stay, except for secrets in them. A value is masked entirely if its key names a secret (``password``,
    ``user_id``).
    """
    return Redactor(by_name=DOCUMENT_NAMES).redact_document(document)
