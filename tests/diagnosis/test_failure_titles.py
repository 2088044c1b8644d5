"""A quote keeps what a long line says, and loses what only surrounds it."""

import pytest

from triage.diagnosis.failure_titles import quote_line

ADDRESS = "https://storage.googleapis.com/storage/v1/b/media/o/photos%2F2026%2Fa.png?alt=media&generation=17"


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        (
            f"Forbidden: 403 GET {ADDRESS}: Permission denied on the Cloud KMS key of this bucket",
            "`Forbidden: … Permission denied on the Cloud KMS key of this bucket`",
        ),
        (
            f"The request to {ADDRESS} was refused (see {ADDRESS}).",
            "`The request to https://storage.googleapis.com/… was refused (see https://storage.googleapis.com/…).`",
        ),
        (
            f'<HttpError 403 when requesting {ADDRESS} returned "The caller lacks a role">',
            '`<HttpError 403 when requesting https://storage.googleapis.com/… returned "The caller lacks a role">`',
        ),
        (
            "Forbidden: 403 GET https://a.example/b: no access",
            "`Forbidden: 403 GET https://a.example/b: no access`",
        ),
        ("x" * 200, f"`{'x' * 107}…`"),
    ],
)
def test_a_long_line_loses_calls_and_paths_before_its_end(line: str, quoted: str) -> None:
    assert quote_line(line) == quoted
