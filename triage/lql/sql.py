"""Translate a filter to GoogleSQL, as far as a table can evaluate it.

The SQL is FALSE only for rows that the filter does not match. NULL means that only the matcher can decide;
AND, OR and NOT propagate it. Rows are selected with ``IS NOT FALSE`` and matched again after the query.
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

#: Return the SQL of the JSON value at a path of LogEntry, or of a key below it (given as SQL).
ColumnSql = Callable[[tuple[str, ...], str], str]
UNKNOWN = "NULL"
_ORDERS = {"=": "=", ":": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
#: The @type of an audit entry, which tables omit.
_AUDIT_TYPE = "type.googleapis.com/google.cloud.audit.auditlog"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_sql(text: str, column: ColumnSql) -> Condition | None:
    """Return the condition of a filter; None if it excludes no row.

    Raises:
        FilterError: the filter is invalid.

    """
    query = parse(text)
    compile_query(query)
    builder = _SqlBuilder(column, query.text)
    sql = UNKNOWN if query.root is None else builder.build(query.root)
    return None if sql == UNKNOWN else Condition(sql, builder.values)


class _SqlBuilder:
    """Builds the SQL of one filter; ``values`` maps its parameters to values."""

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
        """Return the SQL of the value at a path; "" if an array may be on the way."""
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
            case (Kind.INT32 | Kind.INT) as kind if operator in _ORDERS:
                return self._compare_number(kind, path, operator, literal)
            case Kind.STRING | Kind.JSON:
                return self._compare_text(path, operator, literal)
            case _:
                return UNKNOWN

    def _compare_time(self, operator: str, literal: Literal) -> str:
        """Compare a time; tables have microseconds, filters may have nanoseconds."""
        right = convert_literal(Kind.TIMESTAMP, literal)
        if right is None:
            return "FALSE"
        microseconds, between = divmod(right, 1000)
        if between and operator in ("=", ":", "!="):
            return "TRUE" if operator == "!=" else "FALSE"
        later = bool(between) and operator in (">=", "<")
        bound = _EPOCH + timedelta(microseconds=microseconds + later)
        return f"logged {_ORDERS[operator]} {self._bind_value(bound)}"

    def _compare_severity(self, operator: str, literal: Literal) -> str:
        test = make_value_test(Kind.SEVERITY, operator, literal)
        passing = [name for name in SEVERITIES if test(name)]
        failing = [name for name in SEVERITIES if name not in passing]
        name = f"UPPER(IFNULL(JSON_VALUE({self._column(('severity',), '')}), 'DEFAULT'))"
        return (
            f"CASE WHEN {name} IN UNNEST({self._bind_value(passing)}) THEN TRUE"
            f" WHEN {name} IN UNNEST({self._bind_value(failing)}) THEN FALSE END"
        )

    def _compare_number(self, kind: Kind, path: Path, operator: str, literal: Literal) -> str:
        right, column = convert_literal(kind, literal), self._column_at(path)
        if right is None:
            return "FALSE"
        value = f"IFNULL(JSON_VALUE({column}), '{path.default}')"
        held = f"SAFE_CAST({value} AS INT64) {_ORDERS[operator]} {self._bind_value(right)}"
        return f"IF(REGEXP_CONTAINS({value}, r'^-?[0-9]{{1,18}}$'), {held}, NULL)"

    def _compare_text(self, path: Path, operator: str, literal: Literal) -> str:
        """Compare text in any case (ASCII only), or with a regular expression."""
        word = fold_case(literal.text)
        column = self._column_at(path) if word else ""
        if not column:
            return UNKNOWN
        value = f"JSON_VALUE({column})"
        if operator in ("=~", "!~"):
            found = f"REGEXP_CONTAINS({value}, {self._bind_value(literal.text)})"
            held = found if operator == "=~" else f"NOT {found}"
        else:
            lower, right = f"LOWER({value})", self._bind_value(word)
            test = f"STRPOS({lower}, {right}) > 0" if operator == ":" else f"{lower} {operator} {right}"
            held = f"IF({_is_ascii_sql(value)}, {test}, NULL)"
        absent = path.default is not None and make_value_test(Kind.STRING, operator, literal)(path.default)
        return (
            f"CASE IFNULL(JSON_TYPE({column}), 'null') WHEN 'string' THEN {held}"
            f" WHEN 'null' THEN {str(absent).upper()} END"
        )

    def _test_presence(self, path: Path) -> str:
        column = self._column_at(path)
        if not column or path.fixed == len(path.keys):
            return UNKNOWN
        return (
            f"CASE WHEN {column} IS NULL THEN FALSE"
            f" WHEN JSON_TYPE({column}) IN ('string', 'number', 'boolean') THEN TRUE END"
        )

    def _compare_log_id(self, literal: Literal) -> str:
        name = f"JSON_VALUE({self._column(('logName',), '')})"
        log = f"REPLACE(REPLACE(REGEXP_EXTRACT({name}, r'(?s)^.*?/logs/(.*)$'), '%2F', '/'), '%2f', '/')"
        held = f"LOWER({log}) = {self._bind_value(fold_case(unquote(literal.text)))}"
        return f"IF({_is_ascii_sql(log)} AND STRPOS({log}, '%') = 0, {held}, NULL)"

    def _search_row(self, literal: Literal) -> str:
        """Search a word in the whole row, if it cannot be a number or severity."""
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
