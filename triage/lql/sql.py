r"""A filter as GoogleSQL, as far as a table can be asked: FALSE only where the filter surely does not match.

SQL's own NULL stands for what only the matcher can tell: AND, OR and NOT carry it on as they should. So the condition
that a row is kept is ``IS NOT FALSE``, and what comes back is matched again.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from triage.lql.case_folding import fold_case
from triage.lql.evaluation import compile_query
from triage.lql.fields import Kind, Path, bind_field
from triage.lql.parser import parse
from triage.lql.tree import And, Anywhere, Call, Comparison, Field, FieldPresence, Literal, Node, Not, Or
from triage.lql.value_tests import CONVERSIONS, convert_literal, make_value_test
from triage.models import SEVERITIES, Condition, SqlValue

#: Returns the SQL of the JSON value at a path of LogEntry's names, or of the key below it that a piece of SQL gives.
ColumnSql = Callable[[tuple[str, ...], str], str]
UNKNOWN = "NULL"
_ORDERS = {"=": "=", ":": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
#: The @type of an audit entry, which a table leaves out.
_AUDIT_TYPE = "type.googleapis.com/google.cloud.audit.auditlog"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INT64_LIMIT = 1 << 63


def to_sql(text: str, column: ColumnSql) -> Condition | None:
    """Return the SQL that is FALSE for rows that a filter does not match, None where it is known of no row.

    Raises:
        FilterError: the filter cannot be used.

    """
    query = parse(text)
    compile_query(query)
    builder = _SqlBuilder(column, query.text)
    sql = UNKNOWN if query.root is None else builder.build(query.root)
    return None if sql == UNKNOWN else Condition(sql, builder.values)


class _SqlBuilder:
    """One filter on its way to SQL; ``values`` are what its parameters are bound to."""

    def __init__(self, column: ColumnSql, text: str) -> None:
        self._column, self._text = column, text
        self.values: dict[str, SqlValue] = {}

    def build(self, node: Node) -> str:
        """Return the SQL of a part of the filter."""
        sql = UNKNOWN
        match node:
            case And() | Or():
                sql = _join_sql(node, [self.build(part) for part in node.parts])
            case Not():
                sql = _negate_sql(self.build(node.part))
            case Comparison(left=Field() as left):
                sql = self._apply(bind_field(left, self._text), node.operator, node.value)
            case FieldPresence(left=Field() as left):
                sql = self._test_presence(bind_field(left, self._text))
            case Call(name="log_id", arguments=(Literal() as literal,)):
                sql = self._compare_log_id(literal)
            case Anywhere(value=literal):
                sql = self._search_row(literal)
        return sql

    def _bind_value(self, value: SqlValue) -> str:
        name = f"f{len(self.values)}"
        self.values[name] = value
        return f"@{name}"

    def _column_at(self, path: Path) -> str:
        """Return the SQL of the value at a path, "" where an array may lie on the way."""
        below = path.keys[path.fixed :]
        if len(below) > 1 or path.keys[0] == "errorGroups":
            return ""
        return self._column(path.keys[: path.fixed], self._bind_value(below[0]) if below else "")

    def _apply(self, path: Path, operator: str, value: Node) -> str:
        """Apply field and operator to each element of a right-hand side."""
        match value:
            case And() | Or():
                return _join_sql(value, [self._apply(path, operator, part) for part in value.parts])
            case Not():
                return _negate_sql(self._apply(path, operator, value.part))
            case Literal(null=False):
                return self._compare(path, operator, value)
            case _:
                return UNKNOWN

    def _compare(self, path: Path, operator: str, literal: Literal) -> str:
        match path.kind:
            case Kind.TIMESTAMP if path.keys == ("timestamp",) and operator in _ORDERS:
                return self._compare_time(operator, literal)
            case Kind.SEVERITY if operator in _ORDERS:
                return self._compare_severity(operator, literal)
            case Kind.INT if operator in _ORDERS:
                return self._compare_number(path, operator, literal)
            case Kind.STRING | Kind.JSON:
                return self._compare_text(path, operator, literal)
            case _:
                return UNKNOWN

    def _compare_time(self, operator: str, literal: Literal) -> str:
        """Compare with a time; a table's times have microseconds, a filter's may have nanoseconds."""
        right = convert_literal(Kind.TIMESTAMP, literal)
        if right is None:
            return "FALSE"
        microseconds, between = divmod(right, 1000)
        if between and operator in ("=", ":", "!="):
            return "TRUE" if operator == "!=" else "FALSE"
        later = bool(between) and operator in (">=", "<")
        return f"logged {_ORDERS[operator]} {self._bind_value(_EPOCH + timedelta(microseconds=microseconds + later))}"

    def _compare_severity(self, operator: str, literal: Literal) -> str:
        test = make_value_test(Kind.SEVERITY, operator, literal)
        passing = [name for name in SEVERITIES if test(name)]
        failing = [name for name in SEVERITIES if name not in passing]
        name = f"UPPER(IFNULL(JSON_VALUE({self._column(('severity',), '')}), 'DEFAULT'))"
        return (
            f"CASE WHEN {name} IN UNNEST({self._bind_value(passing)}) THEN TRUE"
            f" WHEN {name} IN UNNEST({self._bind_value(failing)}) THEN FALSE END"
        )

    def _compare_number(self, path: Path, operator: str, literal: Literal) -> str:
        right, place = convert_literal(Kind.INT, literal), self._column_at(path)
        if right is None:
            return "FALSE"
        if not -_INT64_LIMIT <= right < _INT64_LIMIT:
            return UNKNOWN
        value = f"IFNULL(JSON_VALUE({place}), '{path.default}')"
        held = f"SAFE_CAST({value} AS INT64) {_ORDERS[operator]} {self._bind_value(right)}"
        return f"IF(REGEXP_CONTAINS({value}, r'^-?[0-9]{{1,18}}$'), {held}, NULL)"

    def _compare_text(self, path: Path, operator: str, literal: Literal) -> str:
        """Compare text; without case, which is known of ASCII here, unless it is a regular expression."""
        word = fold_case(literal.text)
        place = self._column_at(path) if word else ""
        if not place:
            return UNKNOWN
        value = f"JSON_VALUE({place})"
        if operator in ("=~", "!~"):
            found = f"REGEXP_CONTAINS({value}, {self._bind_value(literal.text)})"
            held = found if operator == "=~" else f"NOT {found}"
        else:
            lower, right = f"LOWER({value})", self._bind_value(word)
            test = f"STRPOS({lower}, {right}) > 0" if operator == ":" else f"{lower} {operator} {right}"
            held = f"IF({_is_ascii_sql(value)}, {test}, NULL)"
        absent = path.default is not None and make_value_test(Kind.STRING, operator, literal)(path.default)
        return (
            f"CASE IFNULL(JSON_TYPE({place}), 'null') WHEN 'string' THEN {held}"
            f" WHEN 'null' THEN {str(absent).upper()} END"
        )

    def _test_presence(self, path: Path) -> str:
        place = self._column_at(path)
        if not place or path.fixed == len(path.keys):
            return UNKNOWN
        return (
            f"CASE WHEN {place} IS NULL THEN FALSE"
            f" WHEN JSON_TYPE({place}) IN ('string', 'number', 'boolean') THEN TRUE END"
        )

    def _compare_log_id(self, literal: Literal) -> str:
        name = f"JSON_VALUE({self._column(('logName',), '')})"
        log = f"REPLACE(REPLACE(REGEXP_EXTRACT({name}, r'(?s)^.*?/logs/(.*)$'), '%2F', '/'), '%2f', '/')"
        held = f"LOWER({log}) = {self._bind_value(fold_case(unquote(literal.text)))}"
        return f"IF({_is_ascii_sql(log)} AND STRPOS({log}, '%') = 0, {held}, NULL)"

    def _search_row(self, literal: Literal) -> str:
        """Look for a word in the whole row, where it can only be a word: 500 is a severity too, and 1e2 a number."""
        word = fold_case(literal.text)
        unlike = any(convert_literal(kind, literal) is not None for kind in CONVERSIONS)
        if unlike or not word.isalpha() or word in _AUDIT_TYPE:
            return UNKNOWN
        row = f"TO_JSON_STRING({self._column((), '')})"
        return (
            f"IF(STRPOS(LOWER({row}), {self._bind_value(word)}) > 0 OR NOT {_is_ascii_sql(row)}, NULL, FALSE)"
        )


def _join_sql(node: And | Or, parts: list[str]) -> str:
    word = " AND " if isinstance(node, And) else " OR "
    return UNKNOWN if set(parts) == {UNKNOWN} else f"({word.join(parts)})"


def _negate_sql(sql: str) -> str:
    return UNKNOWN if sql == UNKNOWN else f"NOT ({sql})"


def _is_ascii_sql(value: str) -> str:
    return rf"NOT REGEXP_CONTAINS({value}, r'[^\x00-\x7F]')"
