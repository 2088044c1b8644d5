"""Lint findings and their fixes."""

import pytest

from triage import lql

BOUND = ' timestamp>="2025-09-16T00:00:00Z"'


def codes(text: str) -> list[str]:
    return [finding.code for finding in lql.lint(text)]


def find_only(code: str, text: str) -> lql.Finding:
    (finding,) = [finding for finding in lql.lint(text) if finding.code == code]
    return finding


@pytest.mark.parametrize(
    ("code", "text", "excerpt", "fix"),
    [
        ("single-quotes", "jsonPayload.a='x y'", "'x y'", '"x y"'),
        ("single-quotes", "textPayload:('a' OR \"it's\")", "'a'", '"a"'),
        ("curly-quotes", "jsonPayload.a:\u201cx y\u201d", "\u201cx y\u201d", '"x y"'),
        ("operator-case", "a and b", "and", "AND"),
        ("operator-case", "a Or b", "Or", "OR"),
        ("operator-case", "not b", "not", "NOT"),
        ("operator-case", "a && b", "&&", "AND"),
        ("operator-case", "a || b", "||", "OR"),
        ("operator-case", "!b", "!b", "NOT b"),
        ("operator-case", 'jsonPayload.a:("x" or "y")', "or", "OR"),
        ("loose-or", 'insertId = "A" OR "B"', 'insertId = "A" OR "B"', 'insertId = ("A" OR "B")'),
        ("loose-or", "severity=INFO OR NOTICE", "severity=INFO OR NOTICE", "severity=(INFO OR NOTICE)"),
        ("loose-or", 'severity=INFO OR "x y" OR httpRequest.status=500 OR 502',
         'severity=INFO OR "x y" OR httpRequest.status=500 OR 502', None),
        ("loose-value", "a (insertId=A OR B OR C)", "insertId=A OR B OR C", "insertId=(A OR B OR C)"),
        ("loose-or", "insertId=A OR B OR severity=ERROR", "insertId=A OR B OR severity=ERROR", None),
        ("spaced-function", 'log_id ("x")', "log_id ", "log_id"),
        ("unquoted-special", "insertId=a.b.c", "a.b.c", '"a.b.c"'),
        ("unquoted-special", "insertId=a--b", "a--b", '"a--b"'),
        ("unquoted-special", "resource.labels.k8s-pod/app=x", "resource.labels.k8s-pod/app", 'resource.labels."k8s-pod/app"'),
        ("label-path", "labels.compute.googleapis.com/id=x", "labels.compute.googleapis.com/id", 'labels."compute.googleapis.com/id"'),
        ("label-path", "resource.labels.a.b:*", "resource.labels.a.b", 'resource.labels."a.b"'),
        ("field-alone", "jsonPayload.message", "jsonPayload.message", "jsonPayload.message:*"),
        ("impossible-value", "severity>=WARN", "WARN", "WARNING"),
        ("impossible-value", "severity=FATAL", "FATAL", "CRITICAL"),
        ("impossible-value", "severity=LOUD", "LOUD", None),
        ("impossible-value", 'timestamp>"2025-09-16 18:00:00Z"', '"2025-09-16 18:00:00Z"', '"2025-09-16T18:00:00Z"'),
        ("impossible-value", 'httpRequest.latency>"1"', '"1"', None),
        ("pattern-on-no-string", 'httpRequest.status=~"5.."', 'httpRequest.status=~"5.."', None),
        ("unquoted-pattern", "insertId=~abc", "abc", '"abc"'),
        ("star", 'insertId="*abc*"', 'insertId="*abc*"', 'insertId:"abc"'),
        ("log-name-encoding", 'logName="projects/p/logs/run.googleapis.com/stderr"',
         "run.googleapis.com/stderr", "run.googleapis.com%2Fstderr"),
        ("log-name-encoding", 'logName:"run.googleapis.com/stderr"', "run.googleapis.com/stderr", "run.googleapis.com%2Fstderr"),
        ("log-name-encoding", "logName=projects/p/logs/run.googleapis.com/stderr", "run.googleapis.com/stderr", "run.googleapis.com%2Fstderr"),
        ("log-name-encoding", 'logName="projects/\\x70/logs/run.googleapis.com/stderr"',
         '"projects/\\x70/logs/run.googleapis.com/stderr"', '"projects/p/logs/run.googleapis.com%2Fstderr"'),
        ("missing-field", 'jsonPayload.a != "x"', 'jsonPayload.a != "x"', 'NOT jsonPayload.a="x"'),
        ("missing-field", 'labels.a!~"x"', 'labels.a!~"x"', 'NOT labels.a=~"x"'),
        ("unequal-to-any", "severity!=(INFO OR DEBUG)", "severity!=(INFO OR DEBUG)", 'NOT severity=("INFO" OR "DEBUG")'),
        ("defaulted-field", "httpRequest.status<400", "httpRequest.status<400", "(httpRequest.status:* AND httpRequest.status<400)"),
        ("severity-floor", "severity>=ERROR", "severity>=ERROR", "(severity>=ERROR OR severity=DEFAULT)"),
        ("text-payload-only", 'textPayload:"x"', 'textPayload:"x"', '(textPayload:"x" OR jsonPayload.message:"x")'),
        ("bare-log-name", "logName=stderr", "logName=stderr", 'log_id("stderr")'),
        ("bare-log-name", 'logName="run.googleapis.com%2Fstderr"', 'logName="run.googleapis.com%2Fstderr"',
         'log_id("run.googleapis.com/stderr")'),
        ("hash-comment", "# one job and its tasks\nb", "# one job and its tasks", "-- one job and its tasks"),
        ("hash-comment", "severity=ERROR  # of the service\nb", "# of the service", "-- of the service"),
        ("placeholder", 'resource.labels.a="<id>"', '"<id>"', None),
        ("placeholder", 'resource.labels.a="<Insert location>"', '"<Insert location>"', None),
        ("placeholder", "resource.labels.a=[CLUSTER_NAME]", "[CLUSTER_NAME]", None),
        ("placeholder", 'trace="projects/{project}/traces/1"', '"projects/{project}/traces/1"', None),
        ("placeholder", 'labels.a:"{{ .Name }}"', '"{{ .Name }}"', None),
        ("placeholder", 'labels.a="$name"', '"$name"', None),
        ("placeholder", 'jsonPayload.run_id="{run_id}"', '"{run_id}"', None),
        ("placeholder", "jsonPayload.country=[COUNTRY_CODE]", "[COUNTRY_CODE]", None),
        ("placeholder", 'jsonPayload.a="run-<your-run-id>"', '"run-<your-run-id>"', None),
        ("resource-type", "resource.type=cloud_run_service", "cloud_run_service", "cloud_run_revision"),
        ("resource-type", 'resource.type="cloudrun_revision"', '"cloudrun_revision"', "cloud_run_revision"),
        ("resource-type", "resource.type=(gcp_project OR folder)", "gcp_project", "project"),
        ("resource-label", "resource.type=cloud_run_revision resource.labels.service=a", "resource.labels.service", "resource.labels.service_name"),
        ("resource-label", "resource.type=cloud_run_revision labels.service_name=a", "labels.service_name", "resource.labels.service_name"),
        ("resource-label", "resource.type=cloud_run_job (x OR resource.labels.service_name:*)", "resource.labels.service_name", None),
        ("resource-label", "resource.type=cloud_function resource.labels.location=a", "resource.labels.location", "resource.labels.region"),
        ("http-code", "protoPayload.status.code=403", "403", "7"),
        ("http-code", "protoPayload.status.code=(5 OR 429)", "429", "8"),
        ("http-code", "protoPayload.status.code>=400", "400", None),
        ("array-index", 'jsonPayload.items[0].name="x"', "jsonPayload.items[0].name", "jsonPayload.items.name"),
        ("array-index", "protoPayload.authorizationInfo[].granted=false", "protoPayload.authorizationInfo[].granted",
         "protoPayload.authorizationInfo.granted"),
        ("placeholder", 'labels.a="$PROJECT"', '"$PROJECT"', None),
        ("placeholder", 'logName="projects/${project}/logs/a"', '"projects/${project}/logs/a"', None),
        ("placeholder", 'insertId="<REQUEST_ID>"', '"<REQUEST_ID>"', None),
        ("pattern-as-text", 'insertId="^abc"', 'insertId="^abc"', 'insertId=~"^abc"'),
        ("pattern-as-text", 'jsonPayload.a:"code \\d+"', 'jsonPayload.a:"code \\d+"', 'jsonPayload.a=~"code \\\\d+"'),
        ("pattern-as-text", 'jsonPayload.a="x.*y"', 'jsonPayload.a="x.*y"', 'jsonPayload.a=~"x.*y"'),
        ("null-text", "jsonPayload.a=null", "null", "NULL_VALUE"),
        ("duration-as-text", 'jsonPayload.a>"1.5s"', '"1.5s"', None),
        ("severity-as-text", "jsonPayload.severity>=ERROR", "jsonPayload.severity>=ERROR", None),
        ("severity-as-text", 'jsonPayload.level<("WARNING" OR x)', 'jsonPayload.level<("WARNING" OR x)', None),
        ("number-as-text", "labels.count>5", "labels.count>5", "cast(labels.count, FLOAT64)>5"),
        ("number-as-text", 'textPayload<="1.5"', 'textPayload<="1.5"', "cast(textPayload, FLOAT64)<=1.5"),
        ("function-generation", "resource.type=cloud_function", "cloud_function", None),
        ("mixed-operators", "a AND b OR c", "b OR c", "(b OR c)"),
        ("mixed-operators", "a OR b AND c", "a OR b", "(a OR b)"),
        ("contradiction", "severity=ERROR severity=INFO", "severity=INFO", None),
        ("contradiction", "httpRequest.status>=500 AND httpRequest.status<500", "httpRequest.status<500", None),
        ("contradiction", "insertId=a (x OR y) insertId!=A", "insertId!=A", None),
        ("contradiction", 'receiveTimestamp<"2026-01-01" receiveTimestamp>"2026-01-02"', 'receiveTimestamp>"2026-01-02"', None),
    ],
)  # fmt: skip
def test_a_slip_is_found_at_its_place_with_its_mend(
    code: str, text: str, excerpt: str, fix: str | None
) -> None:
    finding = find_only(code, text + BOUND)
    assert text[finding.start : finding.end] == excerpt
    assert (finding.line, finding.column) == (1, text.index(excerpt) + 1)
    assert finding.fix == fix
    if fix is not None:
        fixed = text[: finding.start] + fix + text[finding.end :] + BOUND
        assert code not in codes(fixed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "severity=ERROR",
        'insertId=("A" OR "B")',
        '"it\'s"',
        "don't",
        'textPayload:"x" OR jsonPayload.message:"x"',
        'SEARCH("x") textPayload:"y"',
        'logName="projects/p/logs/run.googleapis.com%2Fstderr"',
        'log_id("run.googleapis.com/stderr")',
        "httpRequest.status>=500",
        "jsonPayload.latency>2.5",
        'labels."a.b":x',
        'jsonPayload.a="and"',
        '"A" OR "B"',
        'severity="ERROR" OR "out of memory"',
        'httpRequest.status=500 OR "timeout" OR "panic"',
        '(httpRequest.latency="2s" OR slow)',
        "resource.type=cloud_run_revision",
        "projects/p",
        "severity!=INFO",
        "protoPayload.@type:*",
        "issue #7",
        '"# text"',
        'insertId="a$B"',
        'insertId="costs $5"',
        'insertId="<title>"',
        'insertId=~"^abc"',
        'jsonPayload.a="null"',
        'httpRequest.latency>"1.5s"',
        'jsonPayload.a:"1.5s"',
        "resource.type=cloud_function protoPayload.status.code=5",
        'resource.type=("cloud_function" OR "cloud_run_revision")',
        "a AND (b OR c)",
        "a\nb OR c",
        "severity=ERROR severity!=INFO",
        "severity=ERROR OR severity=INFO",
        "insertId=a insertId:A",
        'receiveTimestamp>="2026-01-01" receiveTimestamp<="2026-01-01"',
        "jsonPayload.a=1 jsonPayload.a=2",
        '"a # b"',
        'jsonPayload.message:"[RATE_LIMIT]"',
        'jsonPayload.message="<unknown>"',
        'jsonPayload.a:"{name}"',
        'jsonPayload.a="<nil>"',
        'httpRequest.requestUrl:"/users/{id}"',
        'resource.labels.a=~"[A_Z]{2}"',
        "resource.type=CLOUD_RUN_REVISION resource.labels.service_name=a",
        "resource.type:cloud_run",
        "resource.type=global labels.service_name=a",
        "resource.type=(cloud_run_revision OR cloud_run_job) resource.labels.job_name=a",
        "resource.type=cloud_run_revision OR resource.labels.job_name=a",
        "resource.type=cloud_run_revision labels.service=a",
        "protoPayload.status.code=16",
        "protoPayload.status>=400",
        "protoPayload.line.severity>=ERROR",
        "jsonPayload.severity=ERROR",
        "jsonPayload.count>5",
        'labels.version>="v5"',
        "jsonPayload.status.code=404",
        'jsonPayload."items[0]"=1',
    ],
)
def test_a_correct_filter_has_no_findings(text: str) -> None:
    assert codes(text + BOUND) == []


@pytest.mark.parametrize(
    ("text", "bounded"),
    [
        ("a", False),
        ("", False),
        ('a timestamp>="2025-09-16"', True),
        ('a (timestamp>"2025-09-16" b)', True),
        ('a timestamp<"2025-09-16"', False),
        ('a OR timestamp>="2025-09-16"', False),
        ('timestamp>="2025-09-16" OR timestamp="2025-09-15T00:00:00Z"', True),
        ('NOT timestamp<"2025-09-16"', False),
        ('"timestamp"', False),
        ("jsonPayload.timestamp_ms>0", False),
        ('receiveTimestamp>="2025-09-16"', True),
    ],
)
def test_only_a_lower_time_bound_counts_as_a_time_bound(text: str, bounded: bool) -> None:  # noqa: FBT001
    assert ("no-time-bound" not in codes(text)) is bounded


def test_a_filter_over_the_length_limit_is_reported_including_comments() -> None:
    text = f"a{BOUND} --{'x' * 20_000}"
    assert codes(text) == ["too-long"]
    assert codes(text[:20_000]) == []


def test_findings_are_sorted_by_position() -> None:
    found = lql.lint("a and b\nor insertId='x'" + BOUND)
    assert [(finding.code, finding.line, finding.column) for finding in found] == [
        ("operator-case", 1, 3),
        ("operator-case", 2, 1),
        ("single-quotes", 2, 13),
    ]


def test_fix_changes_errors_but_not_warnings_or_notes() -> None:
    text = "textPayload:'hello world' and severity>=WARN or log_id ('x')"
    assert lql.fix(text) == 'textPayload:"hello world" AND severity>=WARNING OR log_id("x")'
    assert lql.fix("severity>=ERROR jsonPayload.a!=x") == "severity>=ERROR jsonPayload.a!=x"


def test_lint_rejects_invalid_syntax() -> None:
    with pytest.raises(lql.FilterError, match="Unparseable filter"):
        lql.lint("textPayload=a:b")


def find_level(code: str, text: str) -> str:
    return find_only(code, text + BOUND).level


def test_loose_value_in_parentheses_is_a_warning_that_fix_leaves_alone() -> None:
    """Google's page has this as its example of a complex expression."""
    text = 'resource.type = "gae_app" AND (severity = "ERROR" OR "error")'
    assert codes(text + BOUND) == ["loose-value"]
    assert find_level("loose-value", text) == "warning"
    assert lql.fix(text) == text


def test_loose_value_without_parentheses_is_an_error() -> None:
    assert find_level("loose-or", '(a) insertId="A" OR "B"') == "error"
    assert find_level("loose-or", 'textPayload:"(" insertId="A" OR "B"') == "error"


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("textPayload:'a:b (c)'", 'textPayload:"a:b (c)"'),
        ("'x y' log_id('z')", '"x y" log_id("z")'),
        ("labels.'a.b'='x'", 'labels."a.b"="x"'),
        (r"textPayload=~'^\d+\.\d$'", r'textPayload=~"^\d+\.\d$"'),
        (r"textPayload:'a\tb'", r'textPayload:"a\tb"'),
        ("insertId=''", 'insertId=""'),
        ("NOT -- 'a comment'\n'x'", "NOT -- 'a comment'\n\"x\""),
    ],
)
def test_single_quotes_are_strings_and_a_warning(text: str, fixed: str) -> None:
    found = [finding.level for finding in lql.lint(text) if finding.code == "single-quotes"]
    assert set(found) == {"warning"}
    assert lql.fix(text) == fixed
    assert lql.parse(text) == lql.parse(fixed)


@pytest.mark.parametrize("text", ["don't", "'tis", "o'clock don't", "\"it is 'so' here\"", "-- it's 'x'"])
def test_apostrophes_are_no_single_quotes(text: str) -> None:
    assert "single-quotes" not in codes(text)
    assert lql.fix(text) == text


def test_fix_writes_comments_with_two_hyphens() -> None:
    text = "severity=ERROR\n  # one job and its tasks\nhttpRequest.status=500"
    assert lql.fix(text) == text.replace("#", "--")


@pytest.mark.parametrize("purpose", ["explorer", "sink", "metric", "alert", "exclusion", "view"])
def test_only_filters_that_read_need_a_time_bound(purpose: lql.FilterPurpose) -> None:
    assert [finding.code for finding in lql.lint("resource.type=a", "read")] == ["no-time-bound"]
    assert lql.lint("resource.type=a", purpose) == []


@pytest.mark.parametrize(
    ("text", "excerpts"),
    [
        ('SOURCE("projects/p") AND resource.type="gce_instance" AND NOT LOG_ID("stdout")', []),
        ("source(projects/p) resource.type!=a", []),
        ("", []),
        ("log_id(a) OR log_id(b)", ["log_id(a) OR log_id(b)"]),
        ("resource.type=(a OR b)", ["a OR b"]),
        ("log_id(a) severity=ERROR", ["severity=ERROR"]),
        ("resource.type:a labels.b:* c", ["resource.type:a", "labels.b:*", "c"]),
        ("sample(insertId, 1)", ["sample(insertId, 1)"]),
    ],
)
def test_filter_of_a_log_view_joins_a_few_conditions_by_and(text: str, excerpts: list[str]) -> None:
    found = [one for one in lql.lint(text, "view") if one.code == "view-filter"]
    assert [text[one.start : one.end] for one in found] == excerpts
    assert [one for one in lql.lint(text, "sink") if one.code == "view-filter"] == []


@pytest.mark.parametrize("value", ['""', "0", "null", "NULL_VALUE"])
def test_unequal_to_an_empty_value_means_that_the_field_is_present(value: str) -> None:
    assert codes(f"jsonPayload.user!={value}{BOUND}") == []
    assert codes(f"jsonPayload.user!=(7 OR {value}){BOUND}") == ["unequal-to-any"]


def test_field_that_another_condition_needs_is_not_missing() -> None:
    assert codes(f'jsonPayload.user=~"^a" jsonPayload.user!="ab"{BOUND}') == []
    assert codes(f'jsonPayload.user=~"^a" OR jsonPayload.user!="ab"{BOUND}') == ["missing-field"]
    assert codes(f'jsonPayload.user!="a" jsonPayload.user!="b"{BOUND}') == ["missing-field"] * 2


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        ('log_id("run.googleapis.com/varlog/system")', False),
        ('logName="projects/demo/logs/cloudbuild.googleapis.com%2Fbuild"', False),
        ("resource.type=cloudsql_database", False),
        ('resource.type=("k8s_cluster" OR "gke_nodepool")', False),
        ('log_id("run.googleapis.com/stderr")', True),
        ('resource.type=("cloudsql_database" OR "cloud_run_revision")', True),
        ("NOT resource.type=cloudsql_database", True),
    ],
)
def test_text_of_platform_logs_is_searched_in_text_payload(scope: str, found: bool) -> None:  # noqa: FBT001
    assert ("text-payload-only" in codes(f'{scope} textPayload:"x"{BOUND}')) is found


def test_what_a_shell_leaves_of_a_comparison_is_found() -> None:
    (finding,) = [found for found in lql.lint("severity") if found.code == "field-alone"]
    assert "in a shell the whole filter stands in single quotes" in finding.message
    assert not [found for found in lql.lint("severity AND trace") if found.code == "field-alone"]
