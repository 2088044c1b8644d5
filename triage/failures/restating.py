"""Lines that only say that a request failed, as access logs and the last handlers of frameworks do."""

import re
from functools import lru_cache

#: Characters of a line at most: a longer one says more.
_LONGEST = 300
#: Lines that are remembered: each is asked for where a text is searched for the line that decides, and again.
_REMEMBERED = 1024
#: What stands in brackets without a word, the packages of a class, names of loggers, paths, numbers, and
#: identifiers.
_DETAILS = re.compile(
    r"\[(?:\d[^\]]{0,60}|[^\]\s]{0,60})\]|\((?:\d[^)]{0,60}|[\w.-]*\d)\)|\b(?:[a-z_][\w$]*(?:\.|::))+(?=[A-Z])"
    r"|\b[a-z_][\w$-]*(?:(?:\.|::)[a-z_][\w$-]*)+\b|\B/\S*|\b\d[\w.:,-]*|#\d+"
    r"|\b(?=[a-fA-F]+[0-9])[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,12})*\b"
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\S", re.ASCII)
#: Words of which such lines consist.
_WORDS = frozenset({
    "a", "access", "after", "all", "am", "an", "and", "answer", "answered", "at", "by", "call", "called",
    "classification", "client", "code", "completed", "delete", "desc", "duration", "ended", "err", "error",
    "errored", "errors", "event", "exception", "fail", "failed", "failure", "fatal", "filter", "finished",
    "for", "from", "get", "graphql", "grpc", "handle", "handled", "handler", "handling", "head", "http",
    "https", "id", "in", "info", "interceptor", "internal", "invocation", "is", "latency", "level", "log",
    "logger", "message", "method", "middleware", "ms", "msg", "occured", "occurred", "of", "options",
    "patch", "path", "pm", "post", "process", "processed", "processing", "put", "reply", "req", "request",
    "requests", "res", "responded", "response", "result", "returned", "returning", "root", "route",
    "router", "rpc", "rpcs", "s", "sec", "seconds", "sending", "sent", "serve", "served", "server",
    "servlet", "severe", "something", "status", "streaming", "the", "time", "to", "took", "unary",
    "uncaught", "unexpected", "unhandled", "uri", "url", "warn", "warning", "was", "went", "with", "wrong",
})  # fmt: skip
_MARKS = frozenset("-–—>=<:;,.!|\"'`#*→←{}✗✖❌⨯&_/")


def restates(line: str) -> bool:
    """Return whether a line says no more than that a request failed, its status, path and duration."""
    return len(line) <= _LONGEST and "://" not in line and _has_no_other_word(line)


@lru_cache(_REMEMBERED)
def _has_no_other_word(line: str) -> bool:
    """Return whether a line has words of such lines, and no others."""
    before, behind = line.partition("(")[0].partition("[")[0], line.rpartition(")")[2].rpartition("]")[2]
    if _has_other_word(before) or _has_other_word(behind):
        return False  # as most lines, without a search
    words = _WORD.findall(_DETAILS.sub(" ", line))
    return bool(words) and all(word.lower() in _WORDS or word in _MARKS for word in words)


def _has_other_word(text: str) -> bool:
    """Return whether a text has a word of which such lines do not consist."""
    return any(word not in _WORDS for word in text.split() if word.isalpha() and word.islower())
