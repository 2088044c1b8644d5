"""What decides among the lines that a program prints while it ends."""

import pytest

from triage.failures.decisive import find_decisive_line, heads_frames, is_told_to_end

ELIXIR_CHILD = """06:00:01.2 [notice] Application shop exited: Shop.Application.start(:normal, []) returned an error: shutdown: failed to start child: Shop.Store
    ** (EXIT) shutdown: failed to start child: Shop.Store.Pool
        ** (EXIT) an exception was raised:
            ** (ArgumentError) no tariff store is given
                (shop 1.0.0) lib/shop/store.ex:9: Shop.Store.init/1"""

ELIXIR_EXIT = """** (EXIT) shutdown: failed to start child: Shop.Listener
    ** (EXIT) {:listen_error, Shop.Listener, :eaddrinuse}"""

PYTHON_FRAMED = """Traceback (most recent call last):
  File "/srv/shop/main.py", line 4, in <module>
    words = load("tariffs")
LookupError:
**********
  Tariff words are not installed.
  Please load them:

  Searched in:
    - '/srv/words'
**********"""

RAKE = """Shop::LockError: could not give the lock back (Shop::LockError)

Caused by:
Shop::LockError: another import of tariffs is running (Shop::LockError)"""

RUBY_MESSAGE = """region 9 is gone
/srv/shop/bin/shop:31:in `run'
/srv/shop/bin/shop:9:in `<main>'"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (ELIXIR_CHILD, "** (ArgumentError) no tariff store is given"),
        (ELIXIR_EXIT, "** (EXIT) {:listen_error, Shop.Listener, :eaddrinuse}"),
        (PYTHON_FRAMED, "Tariff words are not installed."),
        (RAKE, "Shop::LockError: another import of tariffs is running (Shop::LockError)"),
        (RUBY_MESSAGE, "region 9 is gone"),
        ("Refusing to start with the sample key\nbye", "Refusing to start with the sample key"),
    ],
)
def test_deepest_reason_decides(text: str, line: str) -> None:
    assert find_decisive_line(text).text == line


def test_line_above_the_calls_of_a_backtrace_is_an_error_whatever_its_words() -> None:
    assert heads_frames(RUBY_MESSAGE)
    assert not heads_frames("region 9 is open\nregion 8 is open\nregion 7 is open")


def test_error_that_is_only_a_name_is_not_the_reason_itself() -> None:
    assert not find_decisive_line("Error: TariffsNotLoaded").is_exception
    assert find_decisive_line("Error: no tariffs").is_exception


@pytest.mark.parametrize(
    "line",
    [
        "Crash dump is being written to: erl_crash.dump...done",
        "Kernel pid terminated (application_controller) ({application_start_failure,shop})",
        '{"Kernel pid terminated",application_controller,"{application_start_failure,shop}"}',
        "BEGIN failed--compilation aborted at /srv/shop.pl line 3.",
    ],
)
def test_last_line_of_a_runtime_that_ends_is_no_reason(line: str) -> None:
    assert is_told_to_end(line)
