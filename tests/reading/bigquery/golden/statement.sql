EXECUTE IMMEDIATE r"""
WITH logs AS (
  SELECT t.timestamp AS logged, TO_JSON(t, stringify_wide_numbers => TRUE) AS log
  FROM `demo-project.logs._AllLogs` AS t
  WHERE t.timestamp >= @since AND t.timestamp < @until
), named AS (
  SELECT logged, log,
    COALESCE(NULLIF(JSON_VALUE(log.resource.labels.service_name), ''),
      NULLIF(JSON_VALUE(log.resource.labels.job_name), ''),
      NULLIF(JSON_VALUE(log.resource.labels.worker_pool_name), ''),
      NULLIF(JSON_VALUE(log.resource.labels.function_name), ''),
      REGEXP_EXTRACT(COALESCE(JSON_VALUE(log.protopayload_auditlog.resourceName), JSON_VALUE(log.proto_payload.audit_log.resource_name)), r'(?:namespaces|projects)/[^/]+/(?:locations/[^/]+/)?(?:services|jobs)/([^/]+)'), '') AS service,
    COALESCE(NULLIF(JSON_VALUE(log.resource.labels.revision_name), ''),
      REGEXP_EXTRACT(COALESCE(JSON_VALUE(log.protopayload_auditlog.resourceName), JSON_VALUE(log.proto_payload.audit_log.resource_name)), r'(?:namespaces|projects)/[^/]+/(?:locations/[^/]+/)?revisions/([^/]+)'),
      JSON_VALUE(log.labels['run.googleapis.com/execution_name']),
      JSON_VALUE(log.labels.run_googleapis_com_execution_name), '') AS revision,
    COALESCE(NULLIF(JSON_VALUE(log.labels.instanceId), ''), NULLIF(JSON_VALUE(log.labels.instance_id), ''), NULLIF(JSON_VALUE(log.labels.instanceid), ''), '') AS instance,
    JSON_VALUE(COALESCE(log.insertId, log.insert_id)) AS insert_id,
    COALESCE(NULLIF(JSON_VALUE(log.severity), ''), 'DEFAULT') AS severity,
    JSON_VALUE(COALESCE(log.textPayload, log.text_payload)) AS text_payload,
    JSON_VALUE(COALESCE(log.jsonPayload.message, log.json_payload.message)) AS message,
    IFNULL(JSON_TYPE(COALESCE(log.jsonPayload, log.json_payload)), 'null') != 'null' AS structured,
    IFNULL(JSON_TYPE(log.protopayload_auditlog), 'null') != 'null' OR IFNULL(JSON_TYPE(COALESCE(log.protoPayload, log.proto_payload)), 'null') != 'null' OR JSON_VALUE(COALESCE(log.jsonPayload['@type'], log.json_payload['@type'])) IS NOT NULL AS audit,
    IFNULL(JSON_VALUE(log.split.uid), '') != '' AS part,
    IFNULL(JSON_TYPE(COALESCE(log.httpRequest, log.http_request)), 'null') != 'null' AS requested,
    JSON_VALUE(COALESCE(log.httpRequest.requestMethod, log.http_request.request_method)) AS method,
    JSON_VALUE(COALESCE(log.httpRequest.requestUrl, log.http_request.request_url)) AS url,
    JSON_VALUE(COALESCE(log.httpRequest.status, log.http_request.status)) AS status,
    IFNULL(JSON_VALUE(log.resource.type), '') AS type,
    IFNULL(JSON_VALUE(log.resource.labels.location), '') AS region,
    COALESCE(NULLIF(JSON_VALUE(COALESCE(log.jsonPayload['statusDetails'], log.json_payload['statusDetails'])), ''), NULLIF(JSON_VALUE(log.jsonpayload_type_loadbalancerlogentry.statusdetails), ''), NULLIF(JSON_VALUE(COALESCE(log.jsonPayload['proxyStatus'], log.json_payload['proxyStatus'])), ''), NULLIF(JSON_VALUE(log.jsonpayload_type_loadbalancerlogentry.proxystatus), ''), '') AS details
  FROM logs
), told AS (
  SELECT *, COALESCE(NULLIF(text_payload, ''), NULLIF(message, ''), ARRAY_TO_STRING([NULLIF(method, ''), NULLIF(path, ''), NULLIF(status, '0')], ' '), '') AS said
  FROM (SELECT *, REGEXP_CONTAINS(type, r'^(?:http_load_balancer|http_external_regional_lb|internal_http_lb)') AS balanced, REGEXP_EXTRACT(
    IF(REGEXP_CONTAINS(url, '://'), IFNULL(REGEXP_EXTRACT(url, r'(?s)^.*?://[^/]*(/.*)$'), '/'), url),
    r'^[^?#]*') AS path FROM named)
  WHERE service IN UNNEST(@services)
), judged AS (
  SELECT *, CASE
      WHEN part THEN 'entry'
      WHEN NOT (REGEXP_CONTAINS(revision, @revisions) AND instance IN UNNEST(@instances) AND (log.a = @f0)) THEN 'outside'
      WHEN IFNULL(insert_id, '') = '' OR (audit AND NOT balanced) OR said = ''
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
  UNIX_MICROS(MAX(logged)) AS last,
  CASE
    WHEN kind = 'outside' THEN TO_JSON_STRING(STRUCT(service AS service))
    WHEN kind = 'skipped' AND requested AND status IS NOT NULL AND NOT balanced THEN TO_JSON_STRING(STRUCT(
      type, service, revision, region, status,
      REGEXP_REPLACE(IFNULL(path, ''), r'/(?:[0-9]+|[0-9a-fA-F-]{12,})(/|$)', r'/*\1') AS path))
    WHEN kind = 'skipped' THEN TO_JSON_STRING(STRUCT(type AS type))
  END AS origin
FROM judged
GROUP BY 1, 2, 3, 7
ORDER BY kind, IF(MIN(instance) = '', '', MIN(service)), MIN(instance), first, MIN(insert_id), entry,
  severity, origin
"""
USING
  "(?s)^shop\\-0.*$" AS revisions,
  CAST(["007"] AS ARRAY<STRING>) AS instances,
  "b" AS f0,
  "Failed\\ \\(non\\-critical\\)|a\\ \"quoted\"\\ line" AS wanted,
  "$^" AS wanted_by_default,
  TIMESTAMP "2026-03-31T12:00:00+00:00" AS since,
  TIMESTAMP "2026-03-31T12:00:01+00:00" AS until,
  CAST(["shop"] AS ARRAY<STRING>) AS services;
