"""Make a brief fit into the bytes of an answer."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from triage.errors import UsageError
from triage.models.brief import Brief, BriefModel

#: Bytes of an answer: the brief as JSON, the same as a text of JSON, and what stands around them.
ANSWER_BYTES = 8_000
_AROUND = 300
_BUDGET = ANSWER_BYTES - _AROUND
#: Share of the items of a page; the rest is for what stands before them.
_PAGE = _BUDGET * 3 // 4
#: Fields whose texts are copied and used: they are whole, or left out.
_WHOLE = frozenset({"commands", "confirm_filter", "docs", "filter", "insert_id", "insert_ids", "path"})
_ELLIPSIS = "…"


class _Room(NamedTuple):
    """How much of each part is kept.

    Attributes:
        text: bytes that a text may cost.
        items: items of a list.

    """

    text: int
    items: int


#: The first room in which a brief fits is used. In the last one only texts remain, which always fit.
_ROOMS = [
    _Room(2_600, 30),
    _Room(2_000, 12),
    _Room(1_600, 8),
    _Room(1_200, 6),
    _Room(800, 5),
    _Room(600, 4),
    _Room(400, 3),
    _Room(200, 2),
    _Room(120, 1),
    _Room(80, 0),
    _Room(40, 0),
]
_ITEM_ROOMS = [_Room(_PAGE - 800, 20), *_ROOMS]


def text_of(data: Mapping[str, Any]) -> str:
    """Return a brief as the text of an answer: JSON in one line."""
    return msgspec.json.encode(data).decode()


def to_plain(value: Any) -> Any:
    """Return a brief or a part of one as plain data; trusted Markdown becomes text."""
    return msgspec.to_builtins(value, enc_hook=str)


def fit(brief: Brief, most: Mapping[str, int]) -> dict[str, Any]:
    """Return a brief as plain data that fits into an answer.

    most: how many items of a list are shown although there is room for more.
    """
    return _fit(to_plain(brief), most, _BUDGET)


def fit_part(brief: Brief, part: str, cursor: str) -> dict[str, Any]:
    """Return one list of a brief as plain data, from a cursor on, and its ``HEAD`` before it.

    Raises:
        UsageError: the brief has no such list, or the cursor is not one of it.

    """
    lists = [field.name for field in msgspec.structs.fields(brief) if isinstance(field.default_factory, type)]
    parts = [name for name in lists if name != "omitted"]
    if part not in parts:
        raise UsageError(f"part: there is no {part!r}", f"the parts are {', '.join(parts)}")
    page = Page(cursor)
    for item in getattr(brief, part):
        page.add(item)
    head = {name: value for name, value in to_plain(brief).items() if name in brief.HEAD}
    return page.build(head, part)


class Page:
    """The items of one list that fit into an answer, from a cursor on.

    Attributes:
        count: number of items that were added, also of those that do not fit.

    """

    def __init__(self, cursor: str) -> None:
        """Create an empty page.

        Raises:
            UsageError: the cursor is not one that an answer gave.

        """
        if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 12):
            raise UsageError(
                f"cursor: {cursor[:40]!r} is not valid", "pass the next_cursor of the last answer"
            )
        self.count = 0
        self._start = int(cursor or 0)
        self._items: list[Any] = []
        self._room = _PAGE
        self._is_full = False

    @property
    def takes_next(self) -> bool:
        """Return whether the next item may be on this page."""
        return self.count >= self._start and not self._is_full

    def add(self, item: BriefModel | str | None) -> None:
        """Add the next item; one that is not on this page is counted, and may be None."""
        if item is not None and self.takes_next:
            kept = _fit_item(to_plain(item))
            self._room -= cost(kept) + 2
            self._is_full = self._room < 0 and bool(self._items)
            if not self._is_full:
                self._items.append(kept)
        self.count += 1

    def build(self, head: dict[str, Any], name: str) -> dict[str, Any]:
        """Return the page as plain data, with what stands before the items."""
        end = self._start + len(self._items)
        used = cost(self._items)
        kept = _fit(head, {}, _BUDGET - used - 200)
        kept[name] = self._items
        if end < self.count:
            kept["next_cursor"] = str(end)
        return kept


def cost(value: Any) -> int:
    """Return the bytes that a value takes in an answer: once as JSON, once in a text of JSON."""
    encoded = msgspec.json.encode(value)
    return len(encoded) + len(msgspec.json.encode(encoded.decode())) - 2


def _fit(data: dict[str, Any], most: Mapping[str, int], budget: int) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for room in _ROOMS:
        omitted: dict[str, int] = dict(data.get("omitted", {}))
        kept = _shrink(data, room, "", omitted, most)
        if omitted:
            kept["omitted"] = omitted
        if cost(kept) <= budget:
            break
    return kept


def _fit_item(item: Any) -> Any:
    for room in _ITEM_ROOMS:
        kept = _shrink(item, room, "", {}, {})
        if cost(kept) <= _PAGE:
            return kept
    return kept


def _shrink(value: Any, room: _Room, name: str, omitted: dict[str, int], most: Mapping[str, int]) -> Any:
    """Return a value without what has no room; ``omitted`` counts the items of lists by name."""
    if isinstance(value, str):
        return _cut(value, room.text, whole=name in _WHOLE)
    if isinstance(value, dict):
        fields = {key: _shrink(item, room, key, omitted, most) for key, item in value.items()}
        return {key: item for key, item in fields.items() if item not in ("", []) or value[key] == item}
    if not isinstance(value, list):
        return value
    items = [
        _shrink(item, room, name, omitted, most)
        for item in value[: min(room.items, most.get(name, room.items))]
    ]
    kept = [item for item in items if item not in ("", {})]
    if len(kept) < len(value):
        omitted[name] = omitted.get(name, 0) + len(value) - len(kept)
    return kept


def _cut(text: str, room: int, *, whole: bool) -> str:
    """Return a text that costs at most ``room``; of several lines the last ones are kept too."""
    if len(text) <= room and cost(text) <= room:
        return text
    if whole:
        return ""
    low, high = 0, min(len(text), room)
    while low < high:
        middle = (low + high + 1) // 2
        if cost(_shorten(text, middle)) <= room:
            low = middle
        else:
            high = middle - 1
    return _shorten(text, low)


def _shorten(text: str, length: int) -> str:
    if "\n" not in text:
        return text[:length].rstrip() + _ELLIPSIS
    end = length // 3
    return text[: length - end].rstrip() + f"\n{_ELLIPSIS}\n" + text[len(text) - end :].lstrip()
