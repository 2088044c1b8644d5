"""What fails many requests goes before what fails few of them at the same time."""

from tests.failures.entries import Log, diagnose, printed, request, started


def failing(path: str, said: str, times: list[float]) -> list[Log]:
    return [row for at in times for row in (request(at, path, 500), printed(at + 0.05, said))]


def test_failure_of_most_requests_goes_before_an_error_of_few_that_goes_on() -> None:
    rows = [request(5 + number, "/list", 200) for number in range(900)]
    rows += failing("/pay", "the till is locked", [100.5 + 5 * number for number in range(100)])
    rows += [request(700.5 + number, "/pay", 200) for number in range(30)]
    rows += failing("/me", "KeyError: 'region'", [250.2, 400.2, 880.2])
    found = diagnose([*started(0), *rows])

    assert [(incident.title, incident.recovered) for incident in found.incidents] == [
        ("Requests to /pay returned 500 after `the till is locked`", True),
        ("The code cannot use a value: KeyError: 'region'", False),
    ]


def test_failure_of_several_times_as_many_requests_goes_before_a_later_one_of_few() -> None:
    rows = [request(5 + number, "/list", 200) for number in range(40)]
    rows += failing("/pay", "Error: the till is locked", [8.5 + 4 * number for number in range(8)])
    rows += failing("/me", "KeyError: 'region'", [42.2])
    assert "the till is locked" in diagnose([*started(0), *rows]).incidents[0].title


def test_open_error_of_few_requests_goes_before_what_was_over_before_it_began() -> None:
    rows = [request(5 + number, "/list", 200) for number in range(900)]
    rows += failing("/pay", "the till is locked", [100.5 + 2 * number for number in range(100)])
    rows += [request(400.5 + number, "/pay", 200) for number in range(30)]
    rows += failing("/me", "KeyError: 'region'", [700.2, 800.2, 880.2])
    found = diagnose([*started(0), *rows])

    assert [incident.recovered for incident in found.incidents] == [False, True]


def test_few_failures_with_which_many_others_begin_may_be_their_cause() -> None:
    rows = [request(5 + number, "/list", 200) for number in range(900)]
    rows += failing("/pay", "connect ECONNREFUSED 10.9.8.7:6379", [*range(90, 101), 400.2])
    rows += failing("/pay", "the till is marked as down", [103.5 + 5 * number for number in range(150)])
    assert "refuses connections" in diagnose([*started(0), *rows]).incidents[0].title
