"""Decide which message is due, and size it to a channel."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from triage.models import Message, MessageKind, Notice, NoticeUpdate, SentNotice
from triage.redact import PLACEHOLDER

#: What the last line says where lines were left out.
MORE = "More in the report."
#: How a line begins that quotes a log.
LOG = "Log: "
#: Most characters of a message, also where a channel takes more: it is read on a phone.
_LONGEST = 1500
#: A line that is cut shows at least so much.
_LEAST_CUT = 40
_DOTS = "..."
#: Characters of the longest escape of one character: "&nbsp;".
_LONGEST_ESCAPE = 6


def next_message(update: NoticeUpdate, sent: Mapping[str, SentNotice]) -> Message | None:
    """Return the message that a channel needs next, None if it knows all; ``sent`` is what it was told.

    An incident that was over before the channel heard of it gives none.
    """
    for notice in sorted(update.notices, key=lambda notice: notice.severity):
        before = sent.get(notice.fingerprint)
        if notice.is_open and before is None:
            return _opened(notice)
        if notice.is_open and before and not before.is_open:
            return _opened(notice, "reopened")
        if notice.is_open and before and (changed := _changes(before, notice)):
            return _opened(notice, "changed", changed)
        if not notice.is_open and before and before.is_open:
            return _resolved(notice.fingerprint, before, notice.lines)
    known = {*update.unreported, *(notice.fingerprint for notice in update.notices)}
    for fingerprint, before in sent.items():
        if before.is_open and fingerprint not in known and before.service in update.over_at:
            return _resolved(fingerprint, before, [update.over_at[before.service]])
    return None


def told(message: Message, update: NoticeUpdate, sent: Mapping[str, SentNotice], at: str) -> SentNotice:
    """Return what a channel knows after it took a message; ``at`` is the time, RFC 3339."""
    before = sent.get(message.fingerprint)
    if message.kind == "resolved" and before:
        return msgspec.structs.replace(before, at=at, is_open=False)
    notice = next(one for one in update.notices if one.fingerprint == message.fingerprint)
    known = before.revisions if before and before.is_open else []
    return SentNotice(
        at=at,
        service=notice.service,
        severity=notice.severity,
        title=notice.title,
        revisions=list(dict.fromkeys([*known, *notice.revisions])),
        is_open=True,
    )


def _changes(before: SentNotice, notice: Notice) -> str:
    """Return what changed since a channel was told, "" for nothing that matters."""
    changed = []
    if before.severity != notice.severity:
        changed.append(f"severity {before.severity} -> {notice.severity}")
    if newer := [name for name in notice.revisions if name not in before.revisions]:
        more = f" and {len(newer) - 1} more" if newer[1:] else ""
        changed.append(f"now at revision {newer[0]}{more} too")
    return "; ".join(changed)


def _opened(notice: Notice, kind: MessageKind = "opened", changed: str = "") -> Message:
    title = f"{notice.severity} {notice.service}: {notice.title}"
    return Message(
        kind=kind,
        fingerprint=notice.fingerprint,
        severity=notice.severity,
        title=f"Open again: {title}" if kind == "reopened" else title,
        lines=[f"Changed: {changed}", *notice.lines] if changed else notice.lines,
    )


def _resolved(fingerprint: str, before: SentNotice, reasons: Sequence[str]) -> Message:
    return Message(
        kind="resolved",
        fingerprint=fingerprint,
        severity=before.severity,
        title=f"Over: {before.service}: {before.title}",
        lines=list(reasons),
    )


def fit(
    message: Message, *, title_limit: int, body_limit: int, size: Callable[[str], int] = len
) -> tuple[str, str]:
    """Return title and body of a message, within the limits of a channel in characters.

    size: returns how many characters a text has once the channel has escaped it.

    Without room for a title it is the first line of the body. Lines are left out from the end, a quoted one
    may be cut, and the body says so.
    """
    limit = min(body_limit, _LONGEST) if body_limit > 0 else _LONGEST
    if title_limit <= 0:
        return "", _fit_lines([message.title, *message.lines], limit, size)
    title = cut(message.title, min(title_limit, limit), size)
    lines = message.lines or [message.title]
    return title, _fit_lines(lines, max(limit - size(f"{title}\r\n"), len(MORE)), size)


def cut(text: str, limit: int, size: Callable[[str], int] = len) -> str:
    """Return at most ``limit`` characters of a line; a placeholder of a secret stays whole or is left out."""
    kept = len(text)
    while (over := size(short := _cut_at(text, kept)) - limit) > 0 and kept > 0:
        kept -= max(1, over // _LONGEST_ESCAPE)
    return short if kept > 0 else ""


def _cut_at(text: str, length: int) -> str:
    if length >= len(text):
        return text
    for found in PLACEHOLDER.finditer(text):
        if found.start() < length < found.end():
            length = found.start()
    return text[:length].rstrip() + _DOTS


def _fit_lines(lines: Sequence[str], limit: int, size: Callable[[str], int]) -> str:
    if size("\n".join(lines)) <= limit:
        return "\n".join(lines)
    room = limit - size(f"\n{MORE}")
    if room < _LEAST_CUT:
        return cut(lines[0], limit, size)
    kept: list[str] = []
    for line in lines:
        left = room - size("".join(f"{text}\n" for text in kept))
        if size(line) > left:
            # Half a command or half a link does harm.
            may_cut = left >= _LEAST_CUT and (not kept or line.startswith(LOG))
            kept += [cut(line, left, size)] if may_cut else []
            break
        kept.append(line)
    return "\n".join([*filter(None, kept), MORE])
