"""A body cut into comments: at headings where it can be, never inside a fold or a fence without closing it."""

import re

#: GitHub takes 65,536 characters ("body is too long"); room is left for the marker and the number of the part.
LIMIT = 64_000
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"^#{1,6} ")
_OPEN, _CLOSE = "<details>", "</details>"


def split_body(body: str, limit: int = LIMIT) -> list[str]:
    """Return the body in parts of at most ``limit`` characters, whole where it fits.

    A part ends before a heading if there is one in its second half, else between two blocks; a block (a paragraph, a
    table, a fence, a fold) is cut only when it alone is longer than a part, and then a fence or a fold is closed and
    opened again.
    """
    if len(body) <= limit:
        return [body]
    blocks = [piece for block in _blocks(body) for piece in _split_block(block, limit)]
    cut: list[list[str]] = [[]]
    for block in blocks:
        if sum(map(len, cut[-1])) + len(block) > limit:
            cut.append(_take_last_section(cut[-1], limit))
        cut[-1].append(block)
    return ["".join(part).strip("\n") + "\n" for part in cut if "".join(part).strip()]


def _take_last_section(full: list[str], limit: int) -> list[str]:
    """Take the last section off a full part, so that the next one begins with its heading."""
    for place in range(len(full) - 1, 0, -1):
        if sum(map(len, full[:place])) < limit // 2:
            break
        if _HEADING.match(full[place]):
            moved = full[place:]
            del full[place:]
            return moved
    return []


def _blocks(body: str) -> list[str]:
    """Return what stands between blank lines; a fence and a fold are one block whatever stands in them."""
    blocks, block, fence, depth = [], list[str](), "", 0
    for line in body.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) and not line.strip(mark[1][0] + " \n") else fence
        elif mark:
            fence = mark[1]
        else:
            depth += line.count(_OPEN) - line.count(_CLOSE)
        block.append(line)
        if not (line.strip() or fence or depth > 0):
            blocks.append("".join(block))
            block = []
    return [*blocks, "".join(block)] if block else blocks


def _split_block(block: str, limit: int) -> list[str]:
    """Return a block in pieces that fit, each with the folds and the fence that it stands in opened and closed."""
    if len(block) <= limit:
        return [block]
    pieces, piece, opened, fence = [], "", list[str](), ""
    for line in _split_lines(block, limit // 2):
        closing = (fence.strip() + "\n" if fence else "") + f"\n{_CLOSE}\n" * len(opened)
        if len(piece) + len(line) + len(closing) > limit:
            pieces.append(piece + closing)
            piece = "".join(f"{fold}\n" for fold in opened) + fence
        piece += line
        mark = _FENCE.match(line)
        if fence:
            fence = (
                "" if mark and mark[1].startswith(fence.strip()[:3]) and line.strip() == mark[1] else fence
            )
        elif mark:
            fence = mark[0].strip() + "\n"
        elif _OPEN in line:
            opened.append(f"{_OPEN}\n<summary>continued</summary>\n")
        elif _CLOSE in line and opened:
            opened.pop()
    return [*pieces, piece]


def _split_lines(block: str, longest: int) -> list[str]:
    """Return the lines of a block; one that no part could hold is cut."""
    lines = []
    for line in block.splitlines(keepends=True):
        lines += [line[place : place + longest] for place in range(0, len(line), longest)]
    return lines
