"""Lines of a stack trace, and those that only fill a message that is logged line by line."""

import re

_FRAME = re.compile(
    r"^[ \t]+at |^[ \t]*File \"|^[ \t]+\.\.\. \d+ more|^[ \t]*from \S+:\d+|^\S+\.(?:rb|php|ex):\d+"
    r"|^/\S+:\d+:in [`']|^#\d+ |^\d+ (?:\[\w+\] )*0x[0-9a-f]{8,16} |^[ \t]*\^+\s*$|^goroutine \d+ \[|^\t"
    r"|^[ \t]*--- End of|^[ \t]+\(\w+ [\w.-]+\) \S+:\d+: |^package:\S+ \d+:\d+ "
)
#: What Ruby's logger puts before each line of a message, with the tags of the request.
_RUBY_PREFIX = re.compile(
    r"[DIWEFA], \[\d{4}-[^\]]{10,40}\] +[A-Z]{3,7} -- [^:\n]{0,60}: ?(?:\[[\w-]{1,60}\] ?){0,4}"
)


def is_frame(line: str) -> bool:
    """Return whether a line is a frame of a stack trace: it never says what went wrong."""
    return bool(_FRAME.match(line))


def is_filling(line: str) -> bool:
    """Return whether a line is an empty one or a frame, behind what Ruby's logger puts before each line."""
    prefix = _RUBY_PREFIX.match(line) if line[1:4] == ", [" else None
    said = line[prefix.end() :] if prefix is not None else line
    return prefix is not None and (not said.strip() or is_frame(said))
