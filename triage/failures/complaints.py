"""Lines that say that something failed, though in no runtime's form, and which of several says most."""

import re

from triage.failures.last_words import is_told_to_end, repeats, said_before_hint, sums_up
from triage.failures.levels import ERROR, read_level
from triage.failures.restating import restates
from triage.text import Hints, lazy_pattern

#: A property of an object that Node prints below an error, or of an answer in JSON; what PostgreSQL adds to an error.
_PROPERTY = re.compile(
    r"[\w$]+: (?:'.*'|\"[^\"]*\"|-?\d+|true|false|null|undefined|\[\w+\]),?$|\"[\w$@.]{1,60}\"\s?: "
    r"|(?:DETAIL|HINT|CONTEXT|STATEMENT): "
)
#: What a package manager says of the program that it started.
_OF_MANAGER = re.compile(r"(?:npm|yarn|pnpm) (?:error|ERR!) |error Command failed|\s?ELIFECYCLE\b")
#: The usual words.
_USUAL = lazy_pattern(
    r"\b(?:error|errors(?=:$)|err|fatal|fail(?:ed|ure)?|exception|panic|cannot|can't|could not|couldn't|unable to|not found|no such file"
    r"|denied|refused|invalid|missing|undefined|unexpected|timed? ?out|unsupported|abort(?:ed|ing)?|not permitted|reset"
    r"|unauthorized|unauthenticated|unreachable|unavailable|exhausted|too many|no space|killed|crash(?:ed)?"
    r"|refus(?:ing|es)|expired|revoked|suspended|do(?:es)?(?: not|n't) (?:exist|support|match)|not (?:allowed|supported|set|installed)"
    r"|is required|must be set|insufficient|mismatch|malformed|corrupt(?:ed)?|violat(?:es|ed|ion)"
    r"|too (?:large|big|small|long|short|old|new|few)|exceed(?:s|ed)|unrecogni[sz]ed|no such"
    r"|(?:is|was|were|been) rejected|blocked|forbidden|already (?:in use|running)"
    r"|unknown (?:argument|command|directive|field|flag|host|key|method|module|option|parameter|property|script|subcommand|task|type)"
    r"|fehler|fehlgeschlagen|ungültig|nicht (?:gefunden|gesetzt|erreichbar)|erreur|échec|échoué|introuvable|impossible"
    r"|errore|fallito|impossibile|fallo|falló|no se pudo|erro|falhou|falha|ошибка|не удалось)\b|エラー|失敗|错误|失败|오류|실패",
    re.IGNORECASE,
)
#: More such words, which few lines hold.
_RARE = lazy_pattern(
    r"\b(?:must (?:set|provide|specify|supply|define|be (?:provided|specified|given|one of|at least|a |an ))"
    r"|bad (?:address|configuration|credentials|decrypt|format|gateway|interpreter|magic|option|request|value)|incorrect|wrong|illegal"
    r"|out of (?:memory|range|bounds|space|credits|date)|not enough|is mandatory"
    r"|no (?:route to host|buffer space|response from|main manifest attribute|application module|python application|usable|valid|matching)"
    r"|not (?:defined|valid|authorized|logged in|accessible|writable|executable|reachable|recogni[sz]ed|compatible|trusted|instantiable|be resolved|an? \w+|yet valid)"
    r"|no longer (?:valid|exists?|available|active)|incompatible|unterminated|premature(?:ly)?|unexpectedly|ambiguous|nonexistent|non-existent"
    r"|does(?: not|n't) (?:resolve|look like|have (?:access|permission))|do(?: not|n't) have (?:access|permission)|lacks"
    r"|did(?: not|n't) (?:start|respond|complete|finish|return|become|match|exit|come|succeed|receive)|(?:won't|will not|can not) (?:be|start|run|find|open|connect|load|work)"
    r"|connection (?:was |has been |is )?(?:lost|dropped|terminated)|lost connection|closed (?:by (?:remote|the (?:server|remote))|the connection)"
    r"|is (?:down|sealed|locked|paused|in use|already in use)|resource busy|file busy|stale file|read-only file system|file exists"
    r"|already (?:registered|listening|bound|locked|exists(?!.{0,60}(?:skip|ignor|using|reus|continu|nothing)))|duplicate (?:key|entry|column|definition|name|container)"
    r"|has no (?:column|attribute|field|property|method|member|permission)|requires (?:at least|node|python|php|java|ruby|go|a newer|authentication|billing)"
    r"|(?:account|user|key|billing) (?:is |has been |was )?(?:disabled|locked|closed|deactivated|deleted)|payment required|(?:re)?authentication required"
    r"|used up|ran out|run out|past due|reached (?:your|the) (?:limit|quota)|limit reached|died|deadlock|circular (?:import|reference|dependency)"
    r"|eof|empty reply|gave HTTP response|self[- ]signed|security risk|is a directory|terminated with [1-9]\d*|non-200|non-2xx|unsuccessful(?:ly)?|rejected by|another instance is running|unknown (?:database|user|column|table)|too deep|no CUDA GPUs?|expected .{1,80}\b(?:but|got|found|received)|neither .{1,80}\bnor"
    r"|(?:got|received|returned|responded with|answered) (?:an? )?(?:http )?(?:status )?(?:code )?[45]\d\d|has not been|have not been"
    r"|(?:NOAUTH|MISCONF|CROSSSLOT|CLUSTERDOWN|MASTERDOWN|NOSCRIPT|BUSYGROUP|NOPERM))\b",
    re.IGNORECASE,
)
#: What each line holds in which such a word stands, of the first and of the second ones.
_HINTS = Hints([[
    "err", "fatal", "fail", "exception", "panic", "cannot", "can't", "could", "unable to", "not found", "no such file", "denied",
    "refused", "invalid", "missing", "undefined", "unexpected", "time", "unsupported", "abort", "not permitted", "reset", "unauth",
    "unreachable", "unavailable", "exhausted", "too many", "no space", "killed", "crash", "refus", "expired", "revoked", "suspended",
    "exist", "support", "match", " rejected", "blocked", "forbidden", "already ", "not allowed", "not set", "not installed",
    "is required", "must be set", "insufficient", "mismatch", "malformed", "corrupt", "violat", "too ", "exceed", "unrecogni",
    "no such", "unknown ", "fehl", "nicht ", "introuvable", "impossib", "fall", "no se pudo", "falh",
], [
    "must set", "must pr", "must sp", "must su", "must de", "must be ", "bad ", "incorrect", "wrong", "illegal", "out of ",
    "not enough", "mandatory", "no route", "no buffer", "no response", "no main", "no application", "no python", "no usable", "no valid",
    "no matching", "not de", "not valid", "not auth", "not logged", "not acc", "not writ", "not exec", "not rea", "not rec", "not compat",
    "not trusted", "not yet v", "not inst", "not be res", "not a ", "not an ", "no longer", "incompat", "untermin", "premature", "unexpectedly", "ambig",
    "nonexist", "non-exist", "not resolve", "n't resolve", "look like", "have access", "have permission", "lacks", "did not ", "didn't ",
    "won't ", "will not ", "can not ", "lost", "dropped", "terminated", "closed ", "is down", "is sealed",
    "is locked", "is paused", "in use", "busy", "stale file", "read-only f", "file exists", "already reg", "already lis", "already bo",
    "already lo", "already ex", "duplicate ", "has no ", "requires ", "disabled", " locked", " closed", "deactivated", "deleted",
    "n required", "t required", "used up", "ran out", "run out", "past due", "reached ", "limit reached", "died", "deadlock", "circular ",
    "eof", "empty reply", "is a directory", "non-2", "unsuccess", "rejected by", "another instance", "unknown ", "too deep", "no cuda",
    "http response", "signed", "security risk", "expected ", "neither ", "got ", "received ", "returned ",
    "responded with ", "answered ", "not been", "noauth", "misconf", "crossslot", "clusterdown", "masterdown", "noscript", "busyg",
    "noperm",
]])  # fmt: skip


def holds_complaint(text: str) -> bool:
    """Return whether a text holds a word that says that something failed."""
    possible = _HINTS.find(text.lower())
    if not text.isascii():
        possible |= 0b01  # the usual words of other languages
    return bool(  # most lines need no search
        (possible & 0b01 and _USUAL.search(text)) or (possible & 0b10 and _RARE.search(text))
    )


def is_property(line: str) -> bool:
    """Return whether a line is a property of an object below an error, or what PostgreSQL adds to one."""
    return bool(_PROPERTY.match(line))


def most_telling(complaints: list[str]) -> list[str]:
    """Return those of several complaints that say most: errors by their level, and none that others explain."""
    for is_left_out in (
        is_property,
        _OF_MANAGER.match,
        restates,
        is_told_to_end,
        sums_up,
        repeats,
        _refers,
    ):
        complaints = [line for line in complaints if not is_left_out(line)] or complaints
    return [line for line in complaints if read_level(line) >= ERROR and line[-1] not in ":([{"] or complaints


def _refers(line: str) -> bool:
    """Return whether a line only says where to read more."""
    said = said_before_hint(line)
    return said is not None and not holds_complaint(said)
