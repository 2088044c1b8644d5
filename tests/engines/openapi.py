"""Requests checked against a published OpenAPI description of their API."""

import re
from collections.abc import Iterable
from typing import Any

import jsonschema

from tests.fakes.github_server import Request

Description = dict[str, Any]


def assert_valid(description: Description, requests: Iterable[Request], prefix: str = "") -> None:
    """Check path, query and body of each request; ``prefix`` comes before its path in the description."""
    for request in requests:
        operation = _find_operation(description, request.method, prefix + request.path)
        parameters = [_resolve(description, item) for item in operation.get("parameters", [])]
        known = {item["name"]: item["schema"] for item in parameters if item["in"] == "query"}
        for name, (value,) in request.query.items():
            schema = _resolve(description, known[name])
            jsonschema.validate(int(value) if schema.get("type") == "integer" else value, schema)
        if request.sent:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            assert request.sent.keys() <= schema["properties"].keys()
            jsonschema.validate(request.sent, {**schema, "components": description["components"]})


def _find_operation(description: Description, method: str, path: str) -> dict[str, Any]:
    """Return the operation of a request; a fixed path goes before one with a variable."""
    for template in sorted(description["paths"], key=lambda template: template.count("{")):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in description["paths"][template]:
            operation: dict[str, Any] = description["paths"][template][method.lower()]
            return operation
    raise AssertionError(f"{method} {path} is no operation")


def _resolve(description: Description, item: dict[str, Any]) -> dict[str, Any]:
    """Return what an item refers to."""
    for name in item["$ref"].removeprefix("#/").split("/") if "$ref" in item else ():
        description = description[name]
    return description if "$ref" in item else item
