"""An HTTP probe is explained only by what its own path was answered with."""

import pytest

from tests.failures.entries import diagnose, printed, system
from tests.failures.test_incidents import only


@pytest.mark.parametrize("asked", ["/", "/api"])
def test_status_of_another_path_explains_no_probe(asked: str) -> None:
    failed = f'STARTUP HTTP probe failed 3 times consecutively for container "shop-1" on port 8080 path "{asked}". The instance was not started.'
    line = 'INFO:     10.20.0.9:4711 - "GET {} HTTP/1.1" 404 Not Found'
    others = [printed(5 + n, line.format("/api/orders"), "stdout") for n in range(3)]
    own = [printed(5 + n, line.format(asked), "stdout") for n in range(3)]
    assert "404" not in only(diagnose([*others, system(9, failed, "ERROR")])).title
    assert "404" in only(diagnose([*own, system(9, failed, "ERROR")])).title
