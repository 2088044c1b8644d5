"""The policies are what Cloud Monitoring takes, and say what to do."""

import json

import pytest
from google.cloud.logging_v2.types import LogMetric
from google.cloud.monitoring_v3 import AlertPolicy

from triage.errors import UsageError
from triage.lql import matcher
from triage.models import Alert, AlertSet, Pack
from triage.pipeline import build_alerts, load_packs


def parsed(alert: Alert) -> AlertPolicy:
    policy: AlertPolicy = AlertPolicy.from_json(json.dumps(alert.policy))
    return policy


def filter_of(alert: Alert) -> str:
    if alert.metric is not None:
        return str(alert.metric["filter"])
    return str(alert.policy["conditions"][0]["conditionMatchedLog"]["filter"])


def line(text: str, **fields: object) -> dict[str, object]:
    labels = {"service_name": "parcel-desk", "revision_name": "parcel-desk-00001-abc"}
    resource = {"type": "cloud_run_revision", "labels": labels}
    return {
        "resource": resource,
        "logName": "projects/p/logs/run.googleapis.com%2Fstderr",
        "textPayload": text,
    } | fields


def test_every_policy_is_what_the_api_takes(shipped: AlertSet) -> None:
    assert len(shipped.alerts) > 500
    for alert in shipped.alerts:
        policy = parsed(alert)
        assert len(policy.conditions) == 1
        assert policy.combiner == AlertPolicy.ConditionCombinerType.OR
        assert policy.severity != AlertPolicy.Severity.SEVERITY_UNSPECIFIED
        content = policy.documentation.content
        assert len(content) <= 8192
        assert len(content.encode()) <= 8192
        assert len(policy.documentation.subject.encode()) <= 255
        assert len(policy.display_name) <= 512
        assert set(policy.user_labels) == {"service", "cause"}


def test_a_policy_on_matched_logs_has_a_rate_limit_and_at_most_ten_labels(shipped: AlertSet) -> None:
    policies = [parsed(alert) for alert in shipped.alerts if alert.metric is None]
    assert len(policies) > 500
    for policy in policies:
        condition = policy.conditions[0].condition_matched_log
        assert policy.alert_strategy.notification_rate_limit.period.seconds >= 300
        assert 0 < len(condition.filter) <= 20_000
        assert {"revision", "region"} <= set(condition.label_extractors)
        assert len(condition.label_extractors) <= 10


def test_a_rate_of_failed_requests_is_counted_by_a_metric(shipped: AlertSet) -> None:
    counted = {alert.cause: alert for alert in shipped.alerts if alert.metric is not None}
    assert {"requests-5xx", "no-available-instance", "requests-401"} <= counted.keys()
    assert "memory-limit" not in counted
    for alert in counted.values():
        metric = LogMetric.from_json(json.dumps(alert.metric))
        condition = parsed(alert).conditions[0].condition_threshold
        assert f'metric.type="logging.googleapis.com/user/{metric.name}"' in condition.filter
        assert len(condition.filter) <= 2048
        assert condition.threshold_value == 5
        assert not parsed(alert).alert_strategy.notification_rate_limit
        assert 0 < len(metric.filter) <= 20_000


def test_names_of_metrics_stay_within_their_limit() -> None:
    name = "a" * 63
    alerts = build_alerts([name], load_packs(), ["caller-unauthenticated", "caller-token-rejected"]).alerts
    names = [str(alert.metric and alert.metric["name"]) for alert in alerts]
    assert all(len(found) <= 100 for found in names)
    assert len(set(names)) == 2


def test_names_of_policies_differ(shipped: AlertSet) -> None:
    names = [alert.name for alert in shipped.alerts]
    assert len(set(names)) == len(names)


def test_the_documentation_is_the_playbook(shipped: AlertSet) -> None:
    alert = next(alert for alert in shipped.alerts if alert.cause == "memory-limit")
    content = str(alert.policy["documentation"]["content"])
    assert "used more memory than its limit" in content
    assert "triage fetch --service netra-backend-staging --since 1h" in content
    assert "gcloud run services update netra-backend-staging --memory" in content


def test_the_subject_names_what_is_extracted(shipped: AlertSet) -> None:
    alert = next(alert for alert in shipped.alerts if alert.cause == "container-exit")
    labels = alert.policy["conditions"][0]["conditionMatchedLog"]["labelExtractors"]
    assert "${log.extracted_label.code}" in alert.policy["documentation"]["subject"]
    assert labels["code"].startswith('REGEXP_EXTRACT(textPayload, "')
    assert labels["revision"] == "EXTRACT(resource.labels.revision_name)"


def test_what_differs_in_every_line_is_no_label(shipped: AlertSet) -> None:
    alert = next(alert for alert in shipped.alerts if alert.cause == "memory-limit")
    labels = alert.policy["conditions"][0]["conditionMatchedLog"]["labelExtractors"]
    assert "limit" in labels
    assert "used" not in labels


def test_variables_of_a_shell_are_none_of_the_notification(shipped: AlertSet) -> None:
    contents = [alert.policy["documentation"]["content"] for alert in shipped.alerts]
    assert [content for content in contents if "${" in content] == []
    assert any("$PORT" in content for content in contents)


def test_refused_causes_say_why(shipped: AlertSet) -> None:
    why = {refused.cause: refused.why for refused in shipped.refused}
    assert (
        why["check-database"]
        == "it needs the result of a whole validation run: triage watch and triage sweep report it"
    )
    assert (
        why["migrations-failed"] == "it needs the absence of a line: triage watch and triage sweep report it"
    )
    assert why["health-ready-redis"] == "it needs several lines: triage watch and triage sweep report it"
    assert why["client-tls"] == "only triage verify writes its lines: run triage verify on a schedule"
    assert "do not name the service" in why["balancer-timeout"]
    assert all(": " in reason and "\n" not in reason for reason in why.values())


def test_every_cause_of_the_packs_is_made_or_refused(shipped: AlertSet) -> None:
    known = {cause.id for pack in load_packs() for cause in pack.causes}
    made = [alert.cause for alert in shipped.alerts]
    assert sorted([*made, *(refused.cause for refused in shipped.refused)]) == sorted(known)


def test_a_cause_of_another_service_is_refused() -> None:
    [refused] = build_alerts(["shop"], load_packs(), ["check-database"]).refused
    assert refused.why.startswith("its pack is for netra-*, ")


def test_a_cause_that_no_rule_names_is_refused() -> None:
    [refused] = build_alerts(["shop"], load_packs(), ["unknown-error"]).refused
    assert refused.why == "no rule names its lines: triage rules new drafts a pack from logs"


def test_an_unknown_cause_is_reported() -> None:
    with pytest.raises(UsageError, match="no cause is named 'memory-limits'"):
        build_alerts(["shop"], load_packs(), ["memory-limits"])


def test_a_pack_of_a_user_works_the_same(own: dict[str, Alert]) -> None:
    scales = matcher(filter_of(own["scales-off"]))
    assert scales(line("🔴 scales 3 are off: no power"))
    assert scales(line("", textPayload="ERROR:    scales 3 are off: no power  "))
    assert not scales(line("the scales 3 are off: no power"))
    assert not scales(line("scales 3 are off: no power, no light"))


def test_another_service_does_not_match(own: dict[str, Alert]) -> None:
    scales = matcher(filter_of(own["scales-off"]))
    other = {"type": "cloud_run_revision", "labels": {"service_name": "parcel-shop"}}
    assert not scales(line("scales 3 are off: no power", resource=other))


def test_lines_that_an_earlier_rule_takes_are_left_out(own: dict[str, Alert]) -> None:
    jam = matcher(filter_of(own["printer-jam"]))
    assert jam(line("printer: paper jam in tray 4"))
    assert not jam(line("printer: paper jam in tray 9"))


def test_a_logger_that_quotes_a_line_does_not_match(own: dict[str, Alert]) -> None:
    ill = matcher(filter_of(own["clerk-ill"]))
    text = "the clerk ada is ill"
    assert ill(line(text))
    assert ill(line(f"2025-09-13 17:43:01,123 - parcel.desk - ERROR - {text}"))
    assert not ill(line(f"2025-09-13 17:43:01,123 - parcel.mail - ERROR - {text}"))
    del_text = {"textPayload": None}
    assert ill(line("", jsonPayload={"message": text, "logger": "parcel.desk.main"}, **del_text))
    assert ill(line("", jsonPayload={"message": text, "logger": "logging"}, **del_text))
    assert not ill(line("", jsonPayload={"message": text, "logger": "parcel.mail"}, **del_text))


def test_only_the_first_line_of_a_message_is_a_step(own: dict[str, Alert]) -> None:
    ill = matcher(filter_of(own["clerk-ill"]))
    assert not ill(line("The mail says:\nthe clerk ada is ill"))


def test_only_the_key_that_holds_the_message_is_read(own: dict[str, Alert]) -> None:
    scales = matcher(filter_of(own["scales-off"]))
    quoted = {"message": "quoted", "msg": "scales 3 are off: no power"}
    assert not scales(line("", textPayload=None, jsonPayload=quoted))
    assert scales(line("", textPayload=None, jsonPayload={"msg": quoted["msg"]}))


def test_what_needs_more_than_one_field_of_an_audit_entry_is_refused(own_packs: list[Pack]) -> None:
    [refused] = build_alerts(["parcel-desk"], own_packs, ["stamp-refused"]).refused
    assert "several fields of an audit entry" in refused.why


def test_a_stack_trace_in_one_entry_is_found_as_the_diagnosis_finds_it() -> None:
    trace = "Traceback (most recent call last):\n  File \"/app/main.py\", line 3, in <module>\n    import shop\nModuleNotFoundError: No module named 'shop'"
    [alert] = build_alerts(["parcel-desk"], load_packs(), ["python-module-missing"]).alerts
    assert matcher(filter_of(alert))(line(trace))
    assert matcher(filter_of(alert))(
        line("", textPayload=None, jsonPayload={"message": f"cannot start\n{trace}"})
    )


def test_requests_are_matched_by_method_path_and_status(own: dict[str, Alert]) -> None:
    failed = matcher(filter_of(own["requests-5xx"]))
    log = "projects/p/logs/run.googleapis.com%2Frequests"

    def request(status: int, **fields: object) -> dict[str, object]:
        http = {"requestMethod": "GET", "requestUrl": "https://desk.example/a?b=c", "status": status}
        return {**line(""), "logName": log, "textPayload": None, "httpRequest": http} | fields

    assert failed(request(503))
    assert not failed(request(404))
    assert not failed(request(504))  # another cause: requests-504
    assert not failed(
        request(503, textPayload="The request was aborted because there was no available instance.")
    )


def test_any_id_of_a_cause_names_resources(own_packs: list[Pack]) -> None:
    [alert] = build_alerts(["parcel-desk"], own_packs, ["Clerk.is_ill"]).alerts
    assert alert.name == "parcel-desk-Clerk-is_ill"
    assert parsed(alert).user_labels["cause"] == "clerk-is_ill"
