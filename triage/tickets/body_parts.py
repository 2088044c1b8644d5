"""Split a body into comments, at headings if possible, with folds closed."""

import re

#: GitHub accepts 65,536 characters ("body is too long"); the rest is for the marker and the part number.
LIMIT = 64_000
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"^#{1,6} ")
_OPEN, _CLOSE = "<details>", "</details>"


def split_body(body: str, limit: int = LIMIT) -> list[str]:
    """Return the body in parts of at most ``limit`` characters.

    A part ends before a heading in its second half, else between two blocks. A block is a paragraph, a table,
    a fence or a fold. A block longer than a part is cut; its fences and folds are closed and opened again.
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
    """Remove and return the last section of a full part, with its heading."""
    for index in range(len(full) - 1, 0, -1):
        if sum(map(len, full[:index])) < limit // 2:
            break
        if _HEADING.match(full[index]):
            section = full[index:]
            del full[index:]
            return section
    return []


def _blocks(body: str) -> list[str]:
    """Return the text between blank lines; a fence or a fold is one block."""
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
    """Return a block in pieces that fit, with folds and fences closed and reopened."""
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
    """Return the lines of a block; a line longer than a part is cut."""
    lines = []
    for line in block.splitlines(keepends=True):
        lines += [line[start : start + longest] for start in range(0, len(line), longest)]
    return lines
