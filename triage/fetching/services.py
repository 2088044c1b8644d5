"""Find the services of a project by their entries, without the Admin API of Cloud Run."""

from collections.abc import Sequence

import msgspec

from triage.errors import UsageError
from triage.fetching.api_errors import to_triage_error
from triage.fetching.pages import PageReader, PageSequence
from triage.fetching.query import MAX_CHARACTERS, add_window
from triage.fetching.workloads import is_service_name
from triage.text import quote
from triage.window import Window

#: Entries of a page: few, as a busy service may fill it alone.
_PAGE_SIZE = 250


class _Resource(msgspec.Struct, frozen=True):
    labels: dict[str, str] = {}


class _Entry(msgspec.Struct, frozen=True):
    resource: _Resource = _Resource()


def list_services(reader: PageReader, project: str, window: Window) -> list[str]:
    """Return the names of the services with entries in a window, in alphabetical order.

    Each query leaves out the services that are known, so that every call but the last finds another one.

    Raises:
        UsageError: there are more names than a filter takes.
        TriageError: as ``PageReader.read_page``.

    """
    from google.api_core.exceptions import InvalidArgument

    found: set[str] = set()
    try:
        while newer := _read_names(reader, _build_filter(sorted(found), window)) - found:
            found |= newer
    except InvalidArgument as error:
        raise to_triage_error(error, project, resumable=False) from error
    return sorted(filter(is_service_name, found))


def _build_filter(known: Sequence[str], window: Window) -> str:
    lines = ['resource.type="cloud_run_revision"', "resource.labels.service_name:*"]
    if known:
        lines.append(f"NOT resource.labels.service_name=({' OR '.join(map(quote, known))})")
    text = add_window("\n".join(lines), window)
    if len(text) > MAX_CHARACTERS:
        raise UsageError(
            f"more than {len(known)} services have entries, too many for a filter", "name them with --service"
        )
    return text


def _read_names(reader: PageReader, text: str) -> set[str]:
    """Return the names in the first page that holds entries."""
    token, pages = "", PageSequence()
    while True:
        page = reader.read_page(text, token, _PAGE_SIZE)
        if page.lines or not page.token or pages.repeats(page):
            entries = (msgspec.json.decode(line, type=_Entry) for line in page.lines)
            return {entry.resource.labels.get("service_name", "") for entry in entries} - {""}
        pages.check_progress(page)
        token = page.token
