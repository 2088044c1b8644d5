"""Write entries of a Cloud Run service in the forms that gcloud prints."""

import random
from datetime import datetime, timedelta
from typing import Any

PROJECT = "demo-project"
SERVICE = "netra-backend-staging"
HOST = f"https://{SERVICE}-000000000000.us-central1.run.app"
NOISE = ("SSOT WARNING", "SSOT validation issues", "Sentry SDK", "SERVICE_ID contained", "   WARNING:  OAuth")


class Log:
    """The entries of the service, in the order in which they were written."""

    def __init__(self, seed: int = 449) -> None:
        """Start without entries; the same seed gives the same ids."""
        self.entries: list[dict[str, Any]] = []
        self.random = random.Random(seed)

    def hex(self, digits: int) -> str:
        """Return invented hexadecimal digits."""
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def add(self, at: datetime, revision: str, log: str, severity: str = "", **payload: Any) -> None:
        """Add an entry, received within tenths of a second.

        Without ``severity`` it has none.
        """
        received = at + timedelta(microseconds=self.random.randint(9_000, 140_000))
        entry = {
            "insertId": f"{int(at.timestamp()):08x}{at.microsecond:08x}{self.hex(8)}",
            "logName": f"projects/{PROJECT}/logs/{log.replace('/', '%2F')}",
            "receiveTimestamp": f"{received:%Y-%m-%dT%H:%M:%S.%f}{self.random.randint(0, 999):03}Z",
            "resource": {
                "labels": {
                    "configuration_name": SERVICE,
                    "location": "us-central1",
                    "project_id": PROJECT,
                    "revision_name": revision,
                    "service_name": SERVICE,
                },
                "type": "cloud_run_revision",
            },
            "timestamp": f"{at:%Y-%m-%dT%H:%M:%S.%f}Z",
            **payload,
        }
        if severity:
            entry["severity"] = severity
        self.entries.append(entry)

    def deployment(self, at: datetime, revision: str, took: float) -> None:
        """Add the audit log of a deployment: the request, and that it became ready."""
        who = f"deployer@{PROJECT}.iam.gserviceaccount.com"
        service = f"namespaces/{PROJECT}/services/{SERVICE}"
        audit = {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "serviceName": "run.googleapis.com",
        }
        asked = audit | {
            "authenticationInfo": {"principalEmail": who, "principalSubject": f"serviceAccount:{who}"},
            "authorizationInfo": [
                {"granted": True, "permission": "run.services.update", "resource": service}
            ],
            "methodName": "google.cloud.run.v1.Services.ReplaceService",
            "resourceName": service,
        }
        ready = f"Ready condition status changed to True for Revision {revision} with message: "
        became = audit | {
            "methodName": "/Services.ReplaceService",
            "resourceName": f"namespaces/{PROJECT}/revisions/{revision}",
            "status": {"message": f"{ready}Deploying revision succeeded in {took:.2f}s."},
        }
        self.add(at, revision, "cloudaudit.googleapis.com/activity", "NOTICE", protoPayload=asked)
        done = at + timedelta(seconds=took)
        self.add(done, revision, "cloudaudit.googleapis.com/system_event", "INFO", protoPayload=became)


class Instance:
    """A container instance of a revision; times are seconds since its start."""

    def __init__(self, log: Log, revision: str, born: datetime) -> None:
        """Give the instance its own id."""
        self.log, self.revision, self.born = log, revision, born
        self.labels = {
            "instanceId": "00" + log.hex(158),
            "migration-run": "1773700000",
            "vpc-connectivity": "enabled",
        }
        self._last = born

    def at(self, seconds: float) -> datetime:
        """Return the time so many seconds after the start."""
        return self.born + timedelta(seconds=seconds)

    def line(self, seconds: float, where: str, message: str, severity: str = "") -> None:
        """Log a line in the service's stderr format; ``where`` is module.function:line."""
        module, _, place = where.rpartition(".")
        function, _, number = place.partition(":")
        payload: dict[str, Any] = {
            "labels": {"function": function, "line": number, "module": module},
            "message": message,
            "timestamp": self.at(seconds).isoformat(timespec="microseconds"),
        }
        if module != "logging":
            payload["context"] = {"name": module, "service": "netra-service"}
        self._add_container_entry(seconds, "stderr", severity or usual_severity(message), jsonPayload=payload)

    def printed(self, seconds: float, logger: str, message: str) -> None:
        """Log a line in the service's stdout format, with its bogus error object."""
        stamp = f"{self.at(seconds):%Y-%m-%dT%H:%M:%S.%f}Z"
        severity = usual_severity(message)
        payload = {
            "error": {
                "message": "Missing field",
                "severity": "ERROR",
                "timestamp": stamp,
                "traceback": "",
                "type": "str",
            },
            "logger": logger,
            "message": message,
            "name": logger,
            "service": "netra-service",
            "textPayload": message,
            "timestamp": stamp,
            "validation": {
                "message_length": len(message),
                "severity": severity,
                "validated_at": stamp,
                "zero_empty_guarantee": True,
            },
        }
        self._add_container_entry(seconds, "stdout", severity, jsonPayload=payload)

    def text(self, seconds: float, message: str, stream: str = "stderr") -> None:
        """Log a plain text line, which has no severity."""
        self._add_container_entry(seconds, stream, "", textPayload=message)

    def gunicorn(self, seconds: float, pid: int, message: str, level: str = "INFO") -> None:
        """Log a line of gunicorn."""
        self.text(seconds, f"[{self.at(seconds):%Y-%m-%d %H:%M:%S} +0000] [{pid}] [{level}] {message}")

    def platform(self, seconds: float, message: str, severity: str = "INFO") -> None:
        """Log a line of Cloud Run."""
        log = "run.googleapis.com/varlog/system"
        self.log.add(
            self.at(seconds), self.revision, log, severity, labels=dict(self.labels), textPayload=message
        )

    def request(
        self, seconds: float, path: str, status: int, latency: float, *, agent: str, text: str = ""
    ) -> None:
        """Log a GET; ``text`` is the platform's message for a failed one."""
        trace = f"projects/{PROJECT}/traces/{self.log.hex(32)}"
        payload: dict[str, Any] = {
            "httpRequest": {
                "latency": f"{latency:.9f}s",
                "protocol": "HTTP/1.1",
                "remoteIp": "203.0.113.24",
                "requestMethod": "GET",
                "requestSize": "312",
                "requestUrl": HOST + path,
                "responseSize": "418",
                "serverIp": "203.0.113.80",
                "status": status,
                "userAgent": agent,
            },
            "labels": {"instanceId": self.labels["instanceId"]},
            "spanId": self.log.hex(16),
            "trace": trace,
            "traceSampled": True,
        }
        if text:
            payload["textPayload"] = text
        severity = "ERROR" if status >= 500 else "WARNING" if status >= 400 else "INFO"
        self._add_platform_entry(seconds, "run.googleapis.com/requests", severity, **payload)

    def _add_platform_entry(self, seconds: float, log: str, severity: str, **payload: Any) -> None:
        """Add an entry of the platform, with its own clock."""
        at = self.at(seconds) + timedelta(microseconds=self.log.random.randint(0, 900))
        self.log.add(at, self.revision, log, severity, **payload)

    def _add_container_entry(self, seconds: float, stream: str, severity: str, **payload: Any) -> None:
        """Add an entry of the container, milliseconds later and in order."""
        tick = timedelta(microseconds=self.log.random.randint(4, 60))
        self._last = max(self.at(seconds) + timedelta(milliseconds=3), self._last) + tick
        log = f"run.googleapis.com/{stream}"
        self.log.add(self._last, self.revision, log, severity, labels=dict(self.labels), **payload)


def usual_severity(message: str) -> str:
    """Return WARNING for known noise, else INFO."""
    return "WARNING" if message.startswith(NOISE) else "INFO"
