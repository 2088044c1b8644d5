EXECUTE IMMEDIATE r"""
WITH logs AS (
  SELECT t.timestamp AS logged, TO_JSON(t, stringify_wide_numbers => TRUE) AS log
  FROM `demo-project.logs._AllLogs` AS t
  WHERE t.timestamp >= @since AND t.timestamp < @until
), named AS (
  SELECT logged, log,
    COALESCE(NULLIF(JSON_VALUE(log.resource.labels.service_name), ''),
      NULLIF(JSON_VALUE(log.resource.labels.job_name), ''),
      REGEXP_EXTRACT(COALESCE(JSON_VALUE(log.protopayload_auditlog.resourceName), JSON_VALUE(log.proto_payload.audit_log.resource_name)), r'(?:namespaces|projects)/[^/]+/(?:locations/[^/]+/)?(?:services|jobs)/([^/]+)'), '') AS service,
    COALESCE(NULLIF(JSON_VALUE(log.resource.labels.revision_name), ''),
      REGEXP_EXTRACT(COALESCE(JSON_VALUE(log.protopayload_auditlog.resourceName), JSON_VALUE(log.proto_payload.audit_log.resource_name)), r'(?:namespaces|projects)/[^/]+/(?:locations/[^/]+/)?revisions/([^/]+)'),
      JSON_VALUE(log.labels['run.googleapis.com/execution_name']), '') AS revision,
    COALESCE(NULLIF(JSON_VALUE(log.labels.instanceId), ''), NULLIF(JSON_VALUE(log.labels.instance_id), ''), NULLIF(JSON_VALUE(log.labels.instanceid), ''), '') AS instance,
    JSON_VALUE(COALESCE(log.insertId, log.insert_id)) AS insert_id,
    COALESCE(NULLIF(JSON_VALUE(log.severity), ''), 'DEFAULT') AS severity,
    JSON_VALUE(COALESCE(log.textPayload, log.text_payload)) AS text_payload,
    JSON_VALUE(COALESCE(log.jsonPayload.message, log.json_payload.message)) AS message,
    IFNULL(JSON_TYPE(COALESCE(log.jsonPayload, log.json_payload)), 'null') != 'null' AS structured,
    IFNULL(JSON_TYPE(log.protopayload_auditlog), 'null') != 'null' OR IFNULL(JSON_TYPE(COALESCE(log.protoPayload, log.proto_payload)), 'null') != 'null' OR JSON_VALUE(COALESCE(log.jsonPayload['@type'], log.json_payload['@type'])) IS NOT NULL AS audit,
    IFNULL(JSON_VALUE(log.split.uid), '') != '' AS part,
    JSON_VALUE(COALESCE(log.httpRequest.requestMethod, log.http_request.request_method)) AS method,
    JSON_VALUE(COALESCE(log.httpRequest.requestUrl, log.http_request.request_url)) AS url,
    JSON_VALUE(COALESCE(log.httpRequest.status, log.http_request.status)) AS status
  FROM logs
), told AS (
  SELECT *, COALESCE(NULLIF(text_payload, ''), NULLIF(message, ''), ARRAY_TO_STRING([
      NULLIF(method, ''),
      NULLIF(REGEXP_EXTRACT(
        IF(REGEXP_CONTAINS(url, '://'), IFNULL(REGEXP_EXTRACT(url, r'(?s)^.*?://[^/]*(/.*)$'), '/'), url),
        r'^[^?#]*'), ''),
      NULLIF(status, '0')], ' '), '') AS said
  FROM named
  WHERE service IN UNNEST(@services)
), judged AS (
  SELECT *, CASE
      WHEN part THEN 'entry'
      WHEN NOT (REGEXP_CONTAINS(revision, @revisions) AND instance IN UNNEST(@instances) AND (log.a = @f0)) THEN 'outside'
      WHEN IFNULL(insert_id, '') = '' OR audit OR said = ''
        OR (structured AND IFNULL(message, '') = '')
        OR CASE
          WHEN severity IN ('DEBUG', 'INFO', 'NOTICE', 'WARNING') THEN FALSE
          WHEN severity != 'DEFAULT' OR structured THEN TRUE
          -- the prefix of a logger may say the severity
          ELSE REGEXP_CONTAINS(said, r'ERROR|CRITICAL|ALERT|EMERG|FATAL')
        END
        -- colours may stand inside a word, and a prefix may be all that was said
        OR REGEXP_CONTAINS(said, r'\x1b|[]|:>-] {0,5}$')
        OR REGEXP_CONTAINS(said, @wanted) THEN 'entry'
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
  UNIX_MICROS(MAX(logged)) AS last
FROM judged
GROUP BY 1, 2, 3
ORDER BY kind, IF(MIN(instance) = '', '', MIN(service)), MIN(instance), first, MIN(insert_id), entry, severity
"""
USING
  "(?s)^shop\\-0.*$" AS revisions,
  CAST(["007"] AS ARRAY<STRING>) AS instances,
  "b" AS f0,
  "Failed\\ \\(non\\-critical\\)|a\\ \"quoted\"\\ line" AS wanted,
  TIMESTAMP "2026-03-31T12:00:00+00:00" AS since,
  TIMESTAMP "2026-03-31T12:00:01+00:00" AS until,
  CAST(["shop"] AS ARRAY<STRING>) AS services;
