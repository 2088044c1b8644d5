"""All messages of one log statement have one template, and those of another have another."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.text import message_template


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (["GET /users/42 took 1.5s", "GET /users/7 took 12s", "GET /users/7 took 900ms"], "GET /users/<n> took <n>"),
        (
            ["User 'ada' not found in session 3f2b8c1d9e", "User 'bob' not found in session 00112233"],
            "User <text> not found in session <n>",
        ),
        (
            ["job 123e4567-e89b-12d3-a456-426614174000 lost", "job 00000000-e89b-12d3-a456-42661417400a lost"],
            "job <id> lost",
        ),
        (
            ["no answer from 10.1.2.3:6379 at 2025-09-16T01:02:03.5Z", "no answer from 10.1.2.4:1 at 2025-09-16 01:02:03"],
            "no answer from <host> at <time>",
        ),
        (["cannot reach https://a.example/x?y=1", "cannot reach postgresql://b"], "cannot reach <url>"),
        (["🔴 shop-00041-abc: 3 of 7", "[?] shop-00042-xyz: 1 of 9"], "shop-<revision>: <n> of <n>"),
        (["mail to ada@example.org bounced", "mail to b.c@example.com bounced"], "mail to <email> bounced"),
        (["thread_17 is gone", "thread_18 is gone"], "thread_<n> is gone"),
        (["order_8f3a_77 refused", "order_01_m_-5 refused"], "order_<n> refused"),
        (["lost fe80::1:2:3:4 of eth0", "lost 2001:db8:0:1:1:1:1:1 of eth0"], "lost <host> of eth0"),
        (["lookup db.example.com failed", "lookup cache.prod.internal failed"], "lookup <host> failed"),
        (["db.example.com:5432 is down", "queue.example.org:5672 is down"], "<host> is down"),
        (["open /srv/data/a/b.csv: denied", "open /srv/c/d.csv: denied"], "open <path>: denied"),
        (["wrote 512 bytes (0.5 KB)", "wrote 12 bytes"], "wrote <n>"),
        (["started at Fri Jul  1 10:00:00 2022", "started at Sun Jan 30 23:59:59 2022"], "started at <time>"),
        (["offset is -3", "offset is 12"], "offset is <n>"),
        (["dropped 7, 8, 9", "dropped 7"], "dropped <n>"),
        (["node an192 left", "node an201 left"], "node an<n> left"),
        (["denied for user ada by 10.0.0.7", "denied for user bob by 10.0.0.9"], "denied for user <name> by <host>"),
        (["denied: user=ada uid=1", "denied: user=bob uid=2"], "denied: user=<value> uid=<n>"),
    ],
)  # fmt: skip
def test_messages_of_one_log_statement_have_one_template(messages: list[str], expected: str) -> None:
    assert {message_template(message) for message in messages} == {expected}


@pytest.mark.parametrize(
    "name",
    [
        "us-central1", "v2", "utf8", "P0", "don't", "k8s", "S3_BUCKET", "AWS_S3_BUCKET", "OAUTH2_CLIENT_ID", "worker.py", "user",
        "utf8_general_ci", "io.grpc.StatusRuntimeException", "google.cloud.storage", "/healthz", "socket.io", "GET",
    ],
)  # fmt: skip
def test_names_are_kept(name: str) -> None:
    assert message_template(f"the {name} is missing") == f"the {name} is missing"


def test_the_message_of_a_logfmt_line_is_kept() -> None:
    first = 'time="2025-05-05T01:01:01Z" level=error msg="cannot lock the till" till=4'
    second = 'time="2025-05-05T01:01:01Z" level=error msg="cannot open the till" till=5'
    assert message_template(first) == 'time=<text> level=error msg="cannot lock the till" till=<n>'
    assert message_template(first) != message_template(second)


def test_the_method_of_a_quoted_request_is_kept() -> None:
    assert message_template('10.0.0.7 "GET /v2/a HTTP/1.1" failed') == "<host> GET <text> failed"
    assert message_template('10.0.0.7 "POST /v2/b HTTP/1.1" failed') == "<host> POST <text> failed"


def test_template_of_a_traceback_is_that_of_its_last_line() -> None:
    text = 'Traceback (most recent call last):\n  File "/app/x.py", line 3, in f\n    g(1)\nKeyError: 17\n'
    assert message_template(text) == "KeyError: <n>"
    assert message_template("Traceback (most recent call last):") == "Traceback (most recent call last):"


def test_traceback_whose_lines_are_all_indented_keeps_its_header() -> None:
    header = "Traceback (most recent call last):"
    assert message_template(f"  {header}\n    File app.py") == header


@given(st.text())
def test_template_length_is_bounded(message: str) -> None:
    assert len(message_template(message)) <= 8192 * len("<revision>")


@pytest.mark.parametrize(
    "char",
    [
        "a", "1", '"', "'", "`", "?", "@", "🔴", "é", '\\"', "a1", ".", "[", " ", "_", "a_", "a.", "1-", ":", "a:", "/", "/a", "<",
        "-", "a ", "1 ", "<1", "a=", '"a', "1.", "0:", "<n> (", "for ",
    ],
)  # fmt: skip
def test_hostile_text_is_processed_in_bounded_time(char: str) -> None:
    began = time.process_time()
    assert isinstance(message_template(char * 65_536), str)
    assert isinstance(message_template('"' + char * 65_536), str)
    assert time.process_time() - began < 2
