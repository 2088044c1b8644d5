"""Find the project: option, environment or gcloud's configuration."""

import configparser
import os
from collections.abc import Mapping
from pathlib import Path

_VARIABLES = ("GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT", "GCLOUD_PROJECT")


def find_project(given: str, environ: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """Return the project and the source of its name; both "" without one.

    gcloud keeps its settings in INI files, ``configurations/config_NAME`` in its folder, and the name of the
    active one in ``active_config`` (``gcloud topic configurations``); they are read without starting gcloud.
    """
    if given:
        return given, "--project"
    for variable in _VARIABLES:
        if environ.get(variable):
            return environ[variable], f"the environment variable {variable}"
    folder = _gcloud_folder(environ)
    try:
        name = (
            environ.get("CLOUDSDK_ACTIVE_CONFIG_NAME")
            or (folder / "active_config").read_text("utf-8").strip()
        )
    except OSError:
        name = "default"
    settings = configparser.ConfigParser(interpolation=None)
    try:
        settings.read(folder / "configurations" / f"config_{name}", "utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return "", ""
    project = settings.get("core", "project", fallback="")
    return (project, f"gcloud's configuration {name!r}") if project else ("", "")


def _gcloud_folder(environ: Mapping[str, str]) -> Path:
    if folder := environ.get("CLOUDSDK_CONFIG"):
        return Path(folder)
    if os.name == "nt":
        return Path(environ.get("APPDATA", "")) / "gcloud"
    return Path(environ.get("HOME") or Path.home()) / ".config" / "gcloud"
