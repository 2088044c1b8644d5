"""Configurations that the user supplies: ``gcloud run services|revisions|jobs describe`` as JSON or YAML."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from triage.changes.call_specification import read_specification, stated_revision
from triage.changes.configuration import Configuration
from triage.changes.json_values import last_part, mapping, text
from triage.errors import BadDataError, IOFailureError

_LARGEST_FILE = 16 << 20
_HOW = "write one with `gcloud run services describe NAME --format json`"
_SERVICE_LABEL = "serving.knative.dev/service"
_LOCATION_LABEL = "cloud.googleapis.com/location"


def read_config_file(path: Path) -> list[Configuration]:
    """Return the configurations in a file: one object, a list of them, or several YAML documents.

    Raises:
        BadDataError: the file is neither JSON nor YAML, or holds something else.
        IOFailureError: the file cannot be read.

    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise BadDataError(f"{path}: larger than a configuration of Cloud Run can be", _HOW)
        data = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise IOFailureError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise BadDataError(f"{path}: not UTF-8", _HOW) from error
    found = [_configuration(path, document) for document in _documents(path, data)]
    if not found:
        raise BadDataError(f"{path}: no configuration in it", _HOW)
    return found


def _documents(path: Path, data: str) -> Sequence[Any]:
    values = _loaded(path, data)
    return [item for value in values for item in (value if isinstance(value, list) else [value])]


def _loaded(path: Path, data: str) -> Sequence[Any]:
    if data.lstrip()[:1] in ("{", "["):
        try:
            return [msgspec.json.decode(data)]
        except (msgspec.DecodeError, RecursionError):
            pass  # YAML in flow style has the same first character
    import yaml

    try:
        return [value for value in yaml.safe_load_all(data) if value is not None]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not readable"
        raise BadDataError(f"{path}{line}: neither JSON nor YAML: {problem}", _HOW) from error


def _configuration(path: Path, document: Any) -> Configuration:
    document = mapping(document)
    specification = read_specification(document, stored=True, job=_is_v2_job(document))
    metadata = mapping(document.get("metadata"))
    labels = mapping(metadata.get("labels"))
    name = text(metadata.get("name")) or last_part(text(document.get("name")))
    if not specification.known or not name:
        raise BadDataError(f"{path}: not a configuration of a Cloud Run service, revision or job", _HOW)
    is_revision = document.get("kind") == "Revision"
    project, location = _project_and_location(text(document.get("name")))
    return Configuration(
        service=(text(labels.get(_SERVICE_LABEL)) or name) if is_revision else name,
        specification=specification,
        project=project,
        location=text(labels.get(_LOCATION_LABEL)) or location,
        revision=name if is_revision else stated_revision(document),
    )


def _is_v2_job(document: Mapping[str, Any]) -> bool:
    return "/jobs/" in text(document.get("name"))


def _project_and_location(name: str) -> tuple[str, str]:
    """Return project and location of "projects/P/locations/L/services/S", "" where there are none."""
    parts = name.split("/")
    return (parts[1], parts[3]) if len(parts) > 4 and parts[0] == "projects" else ("", "")


def read_config_files(paths: Iterable[Path]) -> list[Configuration]:
    """Return the configurations of several files, in the order of the files."""
    return [found for path in paths for found in read_config_file(path)]
