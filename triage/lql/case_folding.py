"""Case folding for string comparisons (NFKC_CF)."""

import re
import unicodedata

#: Default_Ignorable_Code_Point of DerivedCoreProperties.txt: NFKC_CF removes these characters.
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def fold_case(text: str) -> str:
    """Return the text folded for comparison: case and width are ignored.

    Source: NFKC_Casefold of Unicode Standard Annex 44.
    """
    if text.isascii():
        return text.lower()
    folded = _IGNORABLE.sub("", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", folded).casefold())
