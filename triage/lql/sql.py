r"""A filter as GoogleSQL, as far as a table can be asked: FALSE only where the filter surely does not match.

SQL's own NULL stands for what only the matcher can tell: AND, OR and NOT carry it on as they should. So the condition
that a row is kept is ``IS NOT FALSE``, and what comes back is matched again.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from triage.lql.comparing import CONVERSIONS, comparer, constant
from triage.lql.fields import Kind, Path, bind
from triage.lql.folding import fold
from triage.lql.matching import compiled
from triage.lql.parsing import parse
from triage.lql.tree import And, Anywhere, Call, Comparison, Field, Literal, Node, Not, Or, Presence
from triage.models import SEVERITIES, Condition, SqlValue

#: Returns the SQL of the JSON value at a path of LogEntry's names, or of the key below it that a piece of SQL gives.
Column = Callable[[tuple[str, ...], str], str]
UNKNOWN = "NULL"
_ORDERS = {"=": "=", ":": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
#: The @type of an audit entry, which a table leaves out.
_UNWRITTEN = "type.googleapis.com/google.cloud.audit.auditlog"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONG = 1 << 63


def condition(text: str, column: Column) -> Condition | None:
    """Return the SQL that is FALSE for rows that a filter does not match, None where it is known of no row.

    Raises:
        FilterError: the filter cannot be used.

    """
    query = parse(text)
    compiled(query)
    translation = _Translation(column, query.text)
    sql = UNKNOWN if query.root is None else translation.of(query.root)
    return None if sql == UNKNOWN else Condition(sql, translation.values)


class _Translation:
    """One filter on its way to SQL; ``values`` are what its parameters are bound to."""

    def __init__(self, column: Column, text: str) -> None:
        self._column, self._text = column, text
        self.values: dict[str, SqlValue] = {}

    def of(self, node: Node) -> str:
        """Return the SQL of a part of the filter."""
        sql = UNKNOWN
        match node:
            case And() | Or():
                sql = _joined(node, [self.of(part) for part in node.parts])
            case Not():
                sql = _negated(self.of(node.part))
            case Comparison(left=Field() as left):
                sql = self._applied(bind(left, self._text), node.operator, node.value)
            case Presence(left=Field() as left):
                sql = self._present(bind(left, self._text))
            case Call(name="log_id", arguments=(Literal() as literal,)):
                sql = self._log_id(literal)
            case Anywhere(value=literal):
                sql = self._anywhere(literal)
        return sql

    def _bound(self, value: SqlValue) -> str:
        name = f"f{len(self.values)}"
        self.values[name] = value
        return f"@{name}"

    def _place(self, path: Path) -> str:
        """Return the SQL of the value at a path, "" where an array may lie on the way."""
        below = path.keys[path.fixed :]
        if len(below) > 1 or path.keys[0] == "errorGroups":
            return ""
        return self._column(path.keys[: path.fixed], self._bound(below[0]) if below else "")

    def _applied(self, path: Path, operator: str, value: Node) -> str:
        """Apply field and operator to each element of a right-hand side."""
        match value:
            case And() | Or():
                return _joined(value, [self._applied(path, operator, part) for part in value.parts])
            case Not():
                return _negated(self._applied(path, operator, value.part))
            case Literal(null=False):
                return self._compared(path, operator, value)
            case _:
                return UNKNOWN

    def _compared(self, path: Path, operator: str, literal: Literal) -> str:
        match path.kind:
            case Kind.TIMESTAMP if path.keys == ("timestamp",) and operator in _ORDERS:
                return self._timed(operator, literal)
            case Kind.SEVERITY if operator in _ORDERS:
                return self._graded(operator, literal)
            case Kind.INT if operator in _ORDERS:
                return self._numbered(path, operator, literal)
            case Kind.STRING | Kind.JSON:
                return self._worded(path, operator, literal)
            case _:
                return UNKNOWN

    def _timed(self, operator: str, literal: Literal) -> str:
        """Compare with a time; a table's times have microseconds, a filter's may have nanoseconds."""
        right = constant(Kind.TIMESTAMP, literal)
        if right is None:
            return "FALSE"
        microseconds, between = divmod(right, 1000)
        if between and operator in ("=", ":", "!="):
            return "TRUE" if operator == "!=" else "FALSE"
        later = bool(between) and operator in (">=", "<")
        return (
            f"logged {_ORDERS[operator]} {self._bound(_EPOCH + timedelta(microseconds=microseconds + later))}"
        )

    def _graded(self, operator: str, literal: Literal) -> str:
        test = comparer(Kind.SEVERITY, operator, literal)
        passing = [name for name in SEVERITIES if test(name)]
        failing = [name for name in SEVERITIES if name not in passing]
        name = f"UPPER(IFNULL(JSON_VALUE({self._column(('severity',), '')}), 'DEFAULT'))"
        return (
            f"CASE WHEN {name} IN UNNEST({self._bound(passing)}) THEN TRUE"
            f" WHEN {name} IN UNNEST({self._bound(failing)}) THEN FALSE END"
        )

    def _numbered(self, path: Path, operator: str, literal: Literal) -> str:
        right, place = constant(Kind.INT, literal), self._place(path)
        if right is None:
            return "FALSE"
        if not -_LONG <= right < _LONG:
            return UNKNOWN
        value = f"IFNULL(JSON_VALUE({place}), '{path.default}')"
        held = f"SAFE_CAST({value} AS INT64) {_ORDERS[operator]} {self._bound(right)}"
        return f"IF(REGEXP_CONTAINS({value}, r'^-?[0-9]{{1,18}}$'), {held}, NULL)"

    def _worded(self, path: Path, operator: str, literal: Literal) -> str:
        """Compare text; without case, which is known of ASCII here, unless it is a regular expression."""
        word = fold(literal.text)
        place = self._place(path) if word else ""
        if not place:
            return UNKNOWN
        value = f"JSON_VALUE({place})"
        if operator in ("=~", "!~"):
            found = f"REGEXP_CONTAINS({value}, {self._bound(literal.text)})"
            held = found if operator == "=~" else f"NOT {found}"
        else:
            lower, right = f"LOWER({value})", self._bound(word)
            test = f"STRPOS({lower}, {right}) > 0" if operator == ":" else f"{lower} {operator} {right}"
            held = f"IF({_plain(value)}, {test}, NULL)"
        absent = path.default is not None and comparer(Kind.STRING, operator, literal)(path.default)
        return (
            f"CASE IFNULL(JSON_TYPE({place}), 'null') WHEN 'string' THEN {held}"
            f" WHEN 'null' THEN {str(absent).upper()} END"
        )

    def _present(self, path: Path) -> str:
        place = self._place(path)
        if not place or path.fixed == len(path.keys):
            return UNKNOWN
        return (
            f"CASE WHEN {place} IS NULL THEN FALSE"
            f" WHEN JSON_TYPE({place}) IN ('string', 'number', 'boolean') THEN TRUE END"
        )

    def _log_id(self, literal: Literal) -> str:
        name = f"JSON_VALUE({self._column(('logName',), '')})"
        log = f"REPLACE(REPLACE(REGEXP_EXTRACT({name}, r'(?s)^.*?/logs/(.*)$'), '%2F', '/'), '%2f', '/')"
        held = f"LOWER({log}) = {self._bound(fold(unquote(literal.text)))}"
        return f"IF({_plain(log)} AND STRPOS({log}, '%') = 0, {held}, NULL)"

    def _anywhere(self, literal: Literal) -> str:
        """Look for a word in the whole row, where it can only be a word: 500 is a severity too, and 1e2 a number."""
        word = fold(literal.text)
        unlike = any(constant(kind, literal) is not None for kind in CONVERSIONS)
        if unlike or not word.isalpha() or word in _UNWRITTEN:
            return UNKNOWN
        row = f"TO_JSON_STRING({self._column((), '')})"
        return f"IF(STRPOS(LOWER({row}), {self._bound(word)}) > 0 OR NOT {_plain(row)}, NULL, FALSE)"


def _joined(node: And | Or, parts: list[str]) -> str:
    word = " AND " if isinstance(node, And) else " OR "
    return UNKNOWN if set(parts) == {UNKNOWN} else f"({word.join(parts)})"


def _negated(sql: str) -> str:
    return UNKNOWN if sql == UNKNOWN else f"NOT ({sql})"


def _plain(value: str) -> str:
    return rf"NOT REGEXP_CONTAINS({value}, r'[^\x00-\x7F]')"
