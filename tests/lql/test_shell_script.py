"""Filters are found in shell scripts as a shell reads them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from tests.examples import examples
from triage.lql.files.shell_script import find_in_script


@pytest.mark.parametrize(
    "script",
    [
        "errors=$(gcloud logging read 'a=\"(\"' --limit 5)",
        "errors=$(gcloud logging read 'a=\"(\"')",
        "errors=`gcloud logging read 'a=\"(\"'`",
        'if [ -n "$(gcloud logging read \'a="("\' | head -1)" ]; then exit 1; fi',
        'echo "$(date): $(wc -l <(gcloud logging read \'a="("\'))"',
        "gcloud logging read \\\n  'a=\"(\"' \\\n  --limit 5",
        "gcloud logging read $'a=\"(\"'",
        "cat <<EOF\nIt's how the team's errors are read.\nEOF\ngcloud logging read 'a=\"(\"'",
        "cat <<-'END' >help.txt\nDon't.\n\tEND\ngcloud logging read 'a=\"(\"'",
        "cat<<EOF\r\nDon't.\r\nEOF\r\ngcloud logging read 'a=\"(\"'",
        "ssh host <<EOF\ngcloud logging read 'a=\"(\"'\nEOF",
        "grep x <<<EOF\ngcloud logging read 'a=\"(\"'\nEOF",
        "((bits = 1 << bits)); gcloud logging read 'a=\"(\"'",
    ],
)
def test_filters_are_found_wherever_a_shell_runs_gcloud(script: str) -> None:
    [found] = find_in_script(script)
    assert found.text == 'a="("'
    assert found.complete


def test_escapes_of_a_shell_in_a_filter_are_read() -> None:
    [found] = find_in_script(r"""gcloud logging read $'a="it\'s"\nAND b=~"\\d"' --limit 5""")
    assert found.text == 'a="it\'s"\nAND b=~"\\d"'


@pytest.mark.parametrize(
    "command",
    [
        "gcloud logging sinks update audit --clear-exclusions --log-filter={}",
        "gcloud logging sinks update audit --log-filter {} --clear-exclusions",
        "gcloud logging read {} --format json --order asc",
        "gcloud --verbosity debug logging read -- {}",
    ],
)
@pytest.mark.parametrize("text", ["severity=ERROR", "-severity=ERROR", "-a=1 AND b=2"])
def test_options_of_gcloud_are_no_filters(command: str, text: str) -> None:
    [found] = find_in_script(command.format(f"'{text}'"))
    assert found.text == text


def test_filter_inside_of_a_filter_is_read_behind_it() -> None:
    nested = list(find_in_script("""gcloud logging read "insertId=$(gcloud logging read 'a=1')" """))
    assert [(found.text, found.complete) for found in nested] == [("insertId=x", False), ("a=1", True)]


@given(some.text(some.sampled_from(list("gcloud loging read 'a'\"$(){}`\\\n;#|&-=x ")), max_size=60))
@example("gcloud logging read '")
@example('gcloud logging read "$(')
@example("gcloud logging read \\")
@settings(max_examples=examples(50), deadline=None)
def test_any_script_is_read(text: str) -> None:
    for found in find_in_script(f"gcloud logging read {text}"):
        assert all(letter.offset < len(text) + 20 for letter in found.letters or ())
