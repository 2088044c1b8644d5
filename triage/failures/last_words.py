"""Lines that say little by themselves: the end of a program, a summary, a retry, the head of a backtrace."""

import re
from collections.abc import Sequence

from triage.text import lazy_pattern

#: An end that says nothing of its reason: of an interpreter that was told to end, or announced by a program.
_TOLD_TO_END = lazy_pattern(
    r"^(?:SystemExit(?:: -?\d+)?|KeyboardInterrupt|GeneratorExit)$|^(?:[\w.]+\.)?SystemExit: \(SystemExit\) exit$"
    r"|^(?:[\w.-]{1,20}: )?(?:the )?(?:process |program |application |server )?(?:is )?"
    r"(?:exit(?:ing|ed)?|terminat(?:ing|ed)|quitting|aborting)(?: (?:(?:with|now|process|on|after)\b.{0,30}"
    r"|(?:due to|because of) (?:[\w-]+ ){0,3}(?:errors?|failures?|exceptions?|signals?)))?[.!]*$"
    r"|^Crash dump is being written to|^\{?[\"']?Kernel pid terminated(?!.*\bfailed_to_start_child\b)|^(?:ERROR: |error: script )\"[^\"\n]{1,60}\" exited with (?:code )?\d+\.?$|^BEGIN failed--compilation aborted|^Compilation failed in require at ",
    re.IGNORECASE,
)
#: What sums up that something did not start, or that all attempts at it failed: another line says why.
_SUMMARY = lazy_pattern(
    r"(?:\b(?:failed|unable|could ?n[o']t|can ?no?t|can't) (?:to )?(?:start|initiali[sz]e|load|boot|launch|include|read|process|apply)(?:ing)?"
    r" (?:the )?(?:(?:http|web|grpc|fpm|main) )?(?:server|application|app|service|process|program|container|plugins?|all models"
    r"|config(?:uration)?(?: file)?)\b(?: \S{1,100}| in \(\w+\) mode)?"
    r"|\bunable to include \S+ from .{1,120}"
    r"|\b(?:initiali[sz]ation|startup|start|boot|bootstrap|launch|configuration|install(?:ation|ing)(?: of \S{1,60})?) (?:has )?failed(?:\. Exiting)?"
    r"|\bcontains errors, (?:aborting|exiting)"
    r"|\b(?:stopp(?:ed|ing)|exit(?:ed|ing)|shutting down|abort(?:ed|ing)|terminat(?:ed|ing))\b.{0,40}\b(?:because of|due to|after) (?:an |previous |the )?(?:fatal )?errors?\b.{0,30}"
    r"|\bdue to previous errors?|\bconfiguration file \S{1,200} test failed"
    r"|\b(?:process|worker|child|server|application|all workers) (?:has |have )?(?:exited|died|terminated|stopped)(?: prematurely| unexpectedly| abnormally)?(?:, exiting)?"
    r"|\b(?:giving|gave|gives) up(?: (?:after|on) (?:\d{1,6} (?:attempts?|retries|tries|times)|.{1,60}))?"
    r"|\b(?:retries|attempts)(?: (?:are|were|have been))? exhausted|\bexhausted (?:all )?(?:\d{1,6} )?(?:retries|attempts)"
    r"|\ball (?:\d{1,6} )?(?:retries|attempts) (?:have )?failed"
    r"|\b(?:max(?:imum)?|too many) (?:number of )?(?:retries|attempts)(?: (?:exceeded|reached))?)[.!]*$",
    re.IGNORECASE,
)
#: What an exception says that only repeats that another one was raised.
_REPEATS = lazy_pattern(
    r"\bsee (?:the )?previous (?:messages|errors|logs?)\b|\b(?:see|check) (?:the )?(?:(?:root )?cause|errors?|logs?|output|traceback|stack ?trace) above\b|\bsee above\b"
    r"|\blook up to see its traceback\b|\bError importing module\.?$|^aborting due to ",
    re.IGNORECASE,
)
_REPEATING_WORDS = (" above", "previous", "look up", "importing", "aborting due to ")
#: What each such line holds one of, and the characters at its end that are searched.
_SUMMARY_WORDS = (
    "exited",
    "died",
    "terminated",
    "stopped",
    "fail",
    "unable",
    "could",
    "can",
    "error",
    " up",
    "exhausted",
    "retries",
    "attempts",
)
_LONGEST_SUMMARY = 300
#: Where to read more: a line that says nothing itself, unless a sentence before it complains.
_HINT = lazy_pattern(
    r"\bfor more (?:details|information)\b|\brun (?:the same command|with) .{0,40}--\w|\buse '?--help\b"
    r"|\bcomplete log of this run can be found\b|\bdetails (?:are |were )?(?:saved|written) (?:to|in)\b",
    re.IGNORECASE,
)
#: Each line that says that a program ends holds one of these words, and each that says where to read more.
_ENDING_WORDS = (
    "exit",
    "terminat",
    "quitting",
    "abort",
    "keyboardinterrupt",
    "crash dump",
    "kernel pid",
    "compilation failed",
)
_HINT_WORDS = ("for more", "run ", "--help", "complete log", "details ")
#: The sentence before that with the hint, behind the level or the program that a line begins with.
_SENTENCE = lazy_pattern(
    r"^(?:\W*(?:error|err|fatal|warn(?:ing)?|info|npm|yarn|pnpm)\b\W*){0,3}+(\S.+)[.!:]\s+\S", re.IGNORECASE
)
#: Words of a line that says that something is not there, or was not done.
_DENIAL = lazy_pattern(
    r"\b(?:no|not|none|without|never|nothing|empty|lacks?|skipp(?:ed|ing)|disabled|rejected|declined|dropped"
    r"|giving up|gave up)\b",
    re.IGNORECASE,
)
#: Each such line holds one of these words among its first characters.
_DENIAL_WORDS = (
    "no",
    "without",
    "never",
    "empty",
    "lack",
    "skip",
    "disabled",
    "rejected",
    "declined",
    "dropped",
    " up",
)
_LONGEST_DENIAL = 500
#: Words of a line that says that what failed is tried again.
_RETRY = lazy_pattern(
    r"\b(?:retry(?:ing)?|retries left|reconnect(?:ing|ed)?|trying again|try again in|attempt \d+ ?(?:of|/) ?\d+)\b",
    re.IGNORECASE,
)
#: Each line that this matches holds one of these words.
_RETRY_WORDS = ("retry", "retries left", "reconnect", "again", "attempt ")
#: What a program says that waits for another one, and not for what it serves.
_WAITS = lazy_pattern(
    r"\b(?:wait(?:s|ing)?|sleep(?:s|ing)?) (?:for|on|until)\b(?! (?:\w+ )?(?:requests?|connections?|clients?|jobs?|tasks?|messages?|events?|work|signals?)\b)"
    r"|\bis (?:unavailable|not (?:yet )?(?:ready|available|up|reachable))\b",
    re.IGNORECASE,
)
_WAITS_WORDS = ("wait", "sleep", " is ")
#: The last of some attempts.
_LAST_ATTEMPT = lazy_pattern(
    r"\b(?:attempt|try|retry) #?(\d{1,4}) ?(?:of|/|out of) ?\1\b", re.IGNORECASE | re.ASCII
)
_LAST_ATTEMPT_WORDS = ("attempt ", "try ")
#: What a server or a framework says when a handler answers a request again, mostly to report an error.
_ANSWERED = lazy_pattern(
    r"\bERR_HTTP_HEADERS_SENT\b|\bheaders already sent\b|\bsuperfluous response\.WriteHeader\b"
    r"|\bresponse (?:has )?(?:already )?(?:been )?(?:started|sent|committed)\b",
    re.IGNORECASE,
)
_ANSWERED_WORDS = ("err_http_headers_sent", "already sent", "superfluous", "response ")
#: What the code says that goes on with a value which it did not get.
_NO_VALUE = lazy_pattern(
    r"\bCannot (?:read|set) propert(?:y|ies) .{0,80}\bof (?:undefined|null)\b|\bCannot destructure property\b"
    r"|\b(?:undefined|null) is not (?:an object|iterable)\b|\bConver(?:t|ting) (?:undefined or null|null or undefined) to object"
    r"|'NoneType' object (?:is not|has no)\b|\bNullPointerException\b|\bNullReferenceException\b"
    r"|\bnil pointer dereference\b|\bundefined method [`'].{1,60}' for nil\b|\b(?:function|property) .{1,80} on null\b"
)
#: Each such line holds one of these words.
_NO_VALUE_WORDS = ("undefined", "null", "nonetype", "nil", "destructure")
#: Two calls in a row, as Ruby prints a backtrace, or one as Go prints it: its name above its place.
_CALLS_BELOW = lazy_pattern(r"(?:[ \t]*(?:from )?\S+:\d+:in [`'].*(?:\n|$)){2}|\S+\n\t/\S+:\d+(?:\n|$)")

#: What a program says that was told to end, and what a package manager says of one: both may end as if they
#: had failed.
_STOPPED = lazy_pattern(
    r"\b(?:[Rr]eceived|[Cc]aught|[Gg]ot|[Hh]andling) (?:(?:the |a )?signal:? )?SIGTERM\b|\bSIGTERM (?:signal )?(?:was )?(?:received|caught)\b"
    r"|^npm (?:ERR!|error) signal SIGTERM$|\bCommand failed with signal \"SIGTERM\""
    r"|\bterminated by signal SIGTERM\b|\bexited with code SIGTERM$",
    re.MULTILINE,
)
_STOPPED_WORD = "SIGTERM"
#: What a program says when Cloud Run tells it to end, ten seconds before it is killed.
_ENDS_SOON = lazy_pattern(
    r"\bSIGTERM\b|\bHandling signal: term\b|\bsignal:? (?:received:? )?(?:15|term|terminated)\b"
    r"|\b(?:graceful|orderly) shutdown\b|\bshutting down\b",
    re.IGNORECASE,
)
_ENDS_SOON_WORDS = ("sigterm", "signal", "shut")

#: An error of the operating system that names nothing: the line above it says what it is about.
_BARE_SYSTEM_ERROR = re.compile(r"(?:\d+: )?[A-Z][\w ]{3,60} \(os error \d+\)$")
_CAUSE_WORD = re.compile(r"^(?:Caused by:|\d+:)\s*")


def is_told_to_end(line: str) -> bool:
    """Return whether a line only says that a program ends."""
    return _may_hold(line, _ENDING_WORDS) and bool(_TOLD_TO_END.match(line))


def was_stopped(text: str) -> bool:
    """Return whether a program, or what started it, says that it ends because it was told to."""
    return _STOPPED_WORD in text and bool(_STOPPED.search(text))


def ends_soon(line: str) -> bool:
    """Return whether a program says that it was told to end."""
    return _may_hold(line, _ENDS_SOON_WORDS) and bool(_ENDS_SOON.search(line))


def said_before_hint(line: str) -> str | None:
    """Return what a line says before it refers to where to read more, None if it does not refer to it."""
    hint = _HINT.search(line) if _may_hold(line, _HINT_WORDS) else None
    if hint is None:
        return None
    said = _SENTENCE.match(line[: hint.end()])
    return said[1] if said else ""


def heads_frames(text: str) -> bool:
    """Return whether a line of a text stands above calls of a stack trace: it is an error, whatever its words."""
    _, _, below = text.partition("\n")
    return bool(below) and (":in " in below or "\n\t/" in below) and bool(_CALLS_BELOW.match(below))


def sums_up(line: str) -> bool:
    """Return whether a line only says that something did not start or was given up, and another one why."""
    return _may_hold(line, _SUMMARY_WORDS) and bool(_SUMMARY.search(line[-_LONGEST_SUMMARY:]))


def repeats(line: str) -> bool:
    """Return whether an exception only says that another one was raised, which stands before it."""
    return _may_hold(line, _REPEATING_WORDS) and bool(_REPEATS.search(line))


def answers_again(line: str) -> bool:
    """Return whether a line only says that a request was answered twice: another one says what failed first."""
    return _may_hold(line, _ANSWERED_WORDS) and bool(_ANSWERED.search(line))


def lacks_value(line: str) -> bool:
    """Return whether code went on with a value that it did not get: what failed before says why."""
    return _may_hold(line, _NO_VALUE_WORDS) and bool(_NO_VALUE.search(line))


def denies(line: str) -> bool:
    """Return whether a line says that something is not there, or was not done."""
    return _may_hold(line[:_LONGEST_DENIAL], _DENIAL_WORDS) and bool(_DENIAL.search(line[:_LONGEST_DENIAL]))


def announces_retry(line: str) -> bool:
    """Return whether a line says that what failed is tried again: another line says how that ended."""
    return _may_hold(line, _RETRY_WORDS) and bool(_RETRY.search(line)) and not is_last_attempt(line)


def waits(line: str) -> bool:
    """Return whether a program says that it waits for another one."""
    return _may_hold(line, _WAITS_WORDS) and bool(_WAITS.search(line))


def is_last_attempt(line: str) -> bool:
    """Return whether a line is about the last of some attempts: what failed there is not tried again."""
    return _may_hold(line, _LAST_ATTEMPT_WORDS) and bool(_LAST_ATTEMPT.search(line))


def above_system_error(text: str, line: str) -> str:
    """Return the line above an error of the operating system that names nothing, else the line itself."""
    if not _BARE_SYSTEM_ERROR.match(line):
        return line
    above = [_CAUSE_WORD.sub("", found.strip()) for found in text[: text.rfind(line)].split("\n")]
    return next((found for found in reversed(above) if found), line)


def _may_hold(line: str, words: Sequence[str]) -> bool:
    """Return whether a line may hold one of some words in any case: most lines need no further search."""
    return not line.isascii() or any(map(line.lower().__contains__, words))
