"""Build the statement that reads a table: relevant rows, and counts of the rest.

It returns too many rows rather than too few, as triage/entries/prefilter.py does for files, and the decoder
decides about them. The skipped rows are grouped in the same query, so the table is read once and the counts
are consistent; skipped requests are counted by path and status. Rows come by instance, as
``Entry.partition_key`` of the decoded ones, and those of one in order of time.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from triage.models import Condition, SqlValue
from triage.reading.bigquery.address import Table
from triage.reading.bigquery.fields import BALANCER_COLUMN, column, text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STATEMENT = """\
WITH logs AS (
  SELECT t.timestamp AS logged, TO_JSON(t, stringify_wide_numbers => TRUE) AS log
  FROM `{table}` AS t
  WHERE {read}
), named AS (
  SELECT logged, log,
    {columns}
  FROM logs
), told AS (
  SELECT *, COALESCE(NULLIF(text_payload, ''), NULLIF(message, ''), {request}, '') AS said
  FROM (SELECT *, {balanced} AS balanced, {path} AS path FROM named)
  WHERE {whose}
), judged AS (
  SELECT *, CASE
      WHEN part THEN 'entry'
      WHEN NOT ({within}) THEN 'outside'
      WHEN {matters} THEN 'entry'
      ELSE 'skipped'
    END AS kind
  FROM told
)
SELECT
  kind,
  IF(kind = 'entry', TO_JSON_STRING(log), NULL) AS entry,
  IF(kind = 'entry', NULL, severity) AS severity,
  COUNT(*) AS entries,
  UNIX_MICROS(MIN(logged)) AS first,
  UNIX_MICROS(MAX(logged)) AS last,
  CASE
    WHEN kind = 'outside' THEN TO_JSON_STRING(STRUCT(service AS service))
    WHEN kind = 'skipped' AND requested AND status IS NOT NULL AND NOT balanced THEN TO_JSON_STRING(STRUCT(
      type, service, revision, region, status,
      {template} AS path))
    WHEN kind = 'skipped' THEN TO_JSON_STRING(STRUCT(type AS type))
  END AS origin
FROM judged
GROUP BY 1, 2, 3, 7
ORDER BY kind, IF(MIN(instance) = '', '', MIN(service)), MIN(instance), first, MIN(insert_id), entry,
  severity, origin
"""
_AUDITED = (
    "COALESCE(JSON_VALUE(log.protopayload_auditlog.resourceName), "
    "JSON_VALUE(log.proto_payload.audit_log.resource_name))"
)
_TYPE = "'@type'"
_RESOURCE = r"(?:namespaces|projects)/[^/]+/(?:locations/[^/]+/)?"


def _label_sql(*keys: str) -> str:
    return f"NULLIF({text(*keys)}, '')"


def _is_present(sql: str) -> str:
    """Return the SQL of whether a JSON value is present and not null."""
    return f"IFNULL(JSON_TYPE({sql}), 'null') != 'null'"


#: The fields that the conditions need, as triage/entries/decoder.py decodes them.
_COLUMNS = {
    "service": f"""COALESCE({_label_sql("resource", "labels", "service_name")},
      {_label_sql("resource", "labels", "job_name")},
      {_label_sql("resource", "labels", "worker_pool_name")},
      {_label_sql("resource", "labels", "function_name")},
      REGEXP_EXTRACT({_AUDITED}, r'{_RESOURCE}(?:services|jobs)/([^/]+)'), '')""",
    "revision": f"""COALESCE({_label_sql("resource", "labels", "revision_name")},
      REGEXP_EXTRACT({_AUDITED}, r'{_RESOURCE}revisions/([^/]+)'),
      JSON_VALUE(log.labels['run.googleapis.com/execution_name']),
      JSON_VALUE(log.labels.run_googleapis_com_execution_name), '')""",
    "instance": "COALESCE({}, '')".format(
        ", ".join(
            f"NULLIF(JSON_VALUE(log.labels.{name}), '')"
            for name in ("instanceId", "instance_id", "instanceid")
        )
    ),
    "insert_id": text("insertId"),
    "severity": f"COALESCE({_label_sql('severity')}, 'DEFAULT')",
    "text_payload": text("textPayload"),
    "message": text("jsonPayload", "message"),
    "structured": _is_present(column(("jsonPayload",))),
    "audit": "{} OR {} OR {} IS NOT NULL".format(
        _is_present("log.protopayload_auditlog"),
        _is_present(column(("protoPayload",))),
        f"JSON_VALUE({column(('jsonPayload',), _TYPE)})",
    ),
    "part": f"IFNULL({text('split', 'uid')}, '') != ''",
    "requested": _is_present(column(("httpRequest",))),
    "method": text("httpRequest", "requestMethod"),
    "url": text("httpRequest", "requestUrl"),
    "status": text("httpRequest", "status"),
    "type": f"IFNULL({text('resource', 'type')}, '')",
    "region": f"IFNULL({text('resource', 'labels', 'location')}, '')",
    "details": "COALESCE({}, '')".format(
        ", ".join(
            f"NULLIF(JSON_VALUE({path}), '')"
            for path in (
                column(("jsonPayload",), "'statusDetails'"),
                f"log.{BALANCER_COLUMN}.statusdetails",
                column(("jsonPayload",), "'proxyStatus'"),
                f"log.{BALANCER_COLUMN}.proxystatus",
            )
        )
    ),
}
_BALANCED = "REGEXP_CONTAINS(type, r'^(?:http_load_balancer|http_external_regional_lb|internal_http_lb)')"
_PATH = r"""REGEXP_EXTRACT(
    IF(REGEXP_CONTAINS(url, '://'), IFNULL(REGEXP_EXTRACT(url, r'(?s)^.*?://[^/]*(/.*)$'), '/'), url),
    r'^[^?#]*')"""
#: Ids in paths are left out, so that few groups come back; triage/text/paths.py leaves out the others.
_TEMPLATE = r"REGEXP_REPLACE(IFNULL(path, ''), r'/(?:[0-9]+|[0-9a-fA-F-]{12,})(/|$)', r'/*\1')"
#: A request without text reads "GET /path 503".
_REQUEST = """ARRAY_TO_STRING([NULLIF(method, ''), NULLIF(path, ''), NULLIF(status, '0')], ' ')"""
_MATTERS = r"""IFNULL(insert_id, '') = '' OR (audit AND NOT balanced) OR said = ''
        OR (structured AND NOT requested AND IFNULL(message, '') = '')
        OR CASE
          WHEN severity IN ('DEBUG', 'INFO', 'NOTICE', 'WARNING') THEN FALSE
          WHEN severity != 'DEFAULT' OR structured THEN TRUE
          -- the prefix of a logger may say the severity
          ELSE REGEXP_CONTAINS(said, r'ERROR|CRITICAL|ALERT|EMERG|FATAL')
            OR REGEXP_CONTAINS(said, @wanted_by_default)
        END
        -- a request that failed, of which a balancer says more, or whose URL has another name
        OR (requested AND IFNULL(url, '') = '')
        OR (requested AND IFNULL(text_payload, '') = '' AND (IFNULL(SAFE_CAST(status AS INT64), 0) >= 400
          OR (balanced AND details != '' AND STRPOS(details, 'response_sent_by_backend') = 0)))
        -- colors may stand inside a word, and a prefix may be all that was said
        OR REGEXP_CONTAINS(said, r'\x1b|[]|:>-] {0,5}$')
        OR REGEXP_CONTAINS(said, @wanted)"""


class TableQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What to read of a table. Names are exact or glob patterns; none means any.

    services: names of the service.
    revisions: names of the revision.
    instances: ids of the instance.
    since: the earliest time in nanoseconds in UTC, included.
    until: the latest time in nanoseconds in UTC, excluded.
    within: a condition that holds for every selected entry, and maybe for others.
    literals: texts that make an entry relevant; None if all entries are.
    default_literals: texts that make an entry without severity relevant.
    """

    services: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    within: Condition | None = None
    literals: Sequence[str] | None = None
    default_literals: Sequence[str] = ()


def build_statement(table: Table, query: TableQuery) -> Condition:
    """Return the statement with its values bound to parameters."""
    values: dict[str, SqlValue] = {}
    within = [
        _name_condition("revision", "revisions", query.revisions, values),
        _name_condition("instance", "instances", query.instances, values),
    ]
    if query.within:
        within.append(f"({query.within.sql})")
        values |= query.within.parameters
    if query.literals is not None:
        values["wanted"] = "|".join(map(re.escape, query.literals))
        values["wanted_by_default"] = "|".join(map(re.escape, query.default_literals)) or "$^"
    sql = _STATEMENT.format(
        table=table.name,
        read=" AND ".join(_time_conditions(table, query, values)) or "TRUE",
        columns=",\n    ".join(f"{sql} AS {name}" for name, sql in _COLUMNS.items()),
        balanced=_BALANCED,
        path=_PATH,
        request=_REQUEST,
        template=_TEMPLATE,
        whose=_name_condition("service", "services", query.services, values) or "TRUE",
        within=" AND ".join(filter(None, within)) or "TRUE",
        matters="TRUE" if query.literals is None else _MATTERS,
    )
    return Condition(sql, values)


def _time_conditions(table: Table, query: TableQuery, values: dict[str, SqlValue]) -> list[str]:
    """Return the conditions on time.

    Those on the names of tables, one per day, keep the other tables unread.
    """
    conditions = []
    if query.since is not None:
        values["since"] = since = _EPOCH + timedelta(microseconds=query.since // 1000)
        conditions.append("t.timestamp >= @since")
        if table.by_day:
            values["first_day"] = f"{since:%Y%m%d}"
            conditions.append("_TABLE_SUFFIX >= @first_day")
    if query.until is not None:
        values["until"] = until = _EPOCH + timedelta(microseconds=-(-query.until // 1000))
        conditions.append("t.timestamp < @until")
        if table.by_day:
            values["last_day"] = f"{until - timedelta(microseconds=1):%Y%m%d}"
            conditions.append("_TABLE_SUFFIX <= @last_day")
    return conditions


def _name_condition(column: str, name: str, patterns: tuple[str, ...], values: dict[str, SqlValue]) -> str:
    """Return the condition that a column matches one of some names, "" for any."""
    if not patterns:
        return ""
    if not any(re.search(r"[*?[]", pattern) for pattern in patterns):
        values[name] = list(patterns)
        return f"{column} IN UNNEST(@{name})"
    values[name] = "|".join(map(_regex, patterns))
    return f"REGEXP_CONTAINS({column}, @{name})"


def _regex(pattern: str) -> str:
    """Return a glob pattern as RE2; from a character class on it matches anything."""
    before, *classes = pattern.split("[", 1)
    parts = re.split(r"([*?])", before)
    kinds = {"*": ".*", "?": "."}
    known = "".join(kinds.get(part) or re.escape(part) for part in parts)
    return f"(?s)^{known}.*$" if classes else f"(?s)^{known}$"
