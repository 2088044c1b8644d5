"""Write storefront.json: a Node service that no pack describes, in the format of gcloud.

A revision serves requests. The next deployment drops the variable DATABASE_URL, so every instance of the new
revision exits while it starts, and the deployment fails. Ids, addresses, times and names are invented. Running
it again writes the same bytes:

    python -m examples.make_storefront
"""

import json
import random
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

STOREFRONT = Path(__file__).with_name("storefront.json")
PROJECT, SERVICE, REGION = "demo-project", "storefront", "europe-west4"
GOOD, BAD = f"{SERVICE}-00017-kay", f"{SERVICE}-00018-zur"
HOST = f"https://{SERVICE}-000000000000.{REGION}.run.app"
MORNING = datetime(2026, 5, 12, 9, tzinfo=UTC)
SECRET = {"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"key": "3", "name": "database-url"}}}
MODE = {"name": "NODE_ENV", "value": "production"}

CRASH = """/srv/app/dist/config.js:14
    throw new Error(`Missing environment variable: ${name}`);
    ^

Error: Missing environment variable: DATABASE_URL
    at required (/srv/app/dist/config.js:14:11)
    at Object.<anonymous> (/srv/app/dist/db.js:6:34)
    at Module._compile (node:internal/modules/cjs/loader:1554:14)
    at Object..js (node:internal/modules/cjs/loader:1706:10)
    at Module.load (node:internal/modules/cjs/loader:1289:32)
Node.js v22.11.0"""
NOT_STARTED = (
    "The user-provided container failed to start and listen on the port defined provided by the PORT=8080 "
    "environment variable within the allocated timeout. This can happen when the container port is misconfigured or "
    "if the timeout is too short."
)
PROBE_FAILED = (
    'Default STARTUP TCP probe failed 1 time consecutively for container "storefront-1" on port 8080. The instance '
    "was not started. Connection failed with status CANCELLED."
)


class Log:
    """The entries of the service."""

    def __init__(self) -> None:
        """Start without entries; ids are the same each time."""
        self.entries: list[dict[str, Any]] = []
        self._random = random.Random(512)

    def hex(self, digits: int) -> str:
        """Return invented hexadecimal digits."""
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def add(self, at: datetime, revision: str, log: str, severity: str = "", **payload: Any) -> None:
        """Add an entry; without ``severity`` it has none."""
        labels = {"location": REGION, "project_id": PROJECT, "service_name": SERVICE}
        if revision:
            labels |= {"configuration_name": SERVICE, "revision_name": revision}
        entry = {
            "insertId": f"{int(at.timestamp()):08x}{at.microsecond:08x}{self.hex(8)}",
            "logName": f"projects/{PROJECT}/logs/{log.replace('/', '%2F')}",
            "receiveTimestamp": f"{at + timedelta(milliseconds=80):%Y-%m-%dT%H:%M:%S.%f}000Z",
            "resource": {"labels": labels, "type": "cloud_run_revision"},
            "timestamp": f"{at:%Y-%m-%dT%H:%M:%S.%f}Z",
            **payload,
        }
        self.entries.append(entry | ({"severity": severity} if severity else {}))

    def audit(self, at: datetime, kind: str, severity: str, **payload: Any) -> None:
        """Add an entry of the audit log: kind is activity or system_event."""
        audit = {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "serviceName": "run.googleapis.com",
        }
        self.add(at, "", f"cloudaudit.googleapis.com/{kind}", severity, protoPayload=audit | payload)

    def deployment(self, at: datetime, tag: str, env: list[dict[str, Any]], created: str) -> None:
        """Add the request of a deployment; ``created`` is the newest revision before it."""
        image = f"{REGION}-docker.pkg.dev/{PROJECT}/shop/storefront:{tag}"
        container = {"env": env, "image": image, "resources": {"limits": {"cpu": "1", "memory": "512Mi"}}}
        template = {"spec": {"containerConcurrency": 80, "containers": [container], "timeoutSeconds": 300}}
        service = {
            "metadata": {"name": SERVICE, "namespace": PROJECT},
            "spec": {"template": template, "traffic": [{"latestRevision": True, "percent": 100}]},
            "status": {"latestCreatedRevisionName": created},
        }
        self.audit(
            at,
            "activity",
            "NOTICE",
            authenticationInfo={"principalEmail": f"deployer@{PROJECT}.iam.gserviceaccount.com"},
            methodName="google.cloud.run.v1.Services.ReplaceService",
            request={"service": service},
            resourceName=f"namespaces/{PROJECT}/services/{SERVICE}",
        )

    def outcome(self, at: datetime, revision: str, failure: str = "") -> None:
        """Add how a deployment ended."""
        became = f"Ready condition status changed to {not failure} for Revision {revision}"
        status = {"message": f"{became} with message: {failure}." if failure else f"{became}."}
        self.audit(
            at,
            "system_event",
            "ERROR" if failure else "INFO",
            methodName="/Services.ReplaceService",
            resourceName=f"namespaces/{PROJECT}/revisions/{revision}",
            status=status | ({"code": 9} if failure else {}),
        )

    def instance(self, at: datetime, revision: str) -> dict[str, str]:
        """Add the start of an instance, and return its labels."""
        labels = {"instanceId": "00" + self.hex(158)}
        reason = "DEPLOYMENT_ROLLOUT - Instance started due to traffic shifting between revisions due to deployment."
        self.add(
            at,
            revision,
            "run.googleapis.com/varlog/system",
            "INFO",
            labels=labels,
            textPayload=f"Starting new instance. Reason: {reason}",
        )
        return labels

    def request(self, at: datetime, labels: dict[str, str], path: str) -> None:
        """Add a request that succeeded, and what the service printed of it."""
        trace = {"labels": labels, "trace": f"projects/{PROJECT}/traces/{self.hex(32)}"}
        request = {
            "latency": "0.042s",
            "protocol": "HTTP/1.1",
            "requestMethod": "GET",
            "requestUrl": HOST + path,
            "status": 200,
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0)",
        }
        self.add(at, GOOD, "run.googleapis.com/requests", "INFO", httpRequest=request, **trace)
        self.add(at, GOOD, "run.googleapis.com/stdout", "", textPayload=f"GET {path} 200", **trace)


def build_morning() -> Log:
    """Return the log: half an hour of requests, and a deployment whose instances exit."""
    log = Log()
    log.deployment(MORNING, "2026-05-12.1", [SECRET, MODE], f"{SERVICE}-00016-bim")
    serving = log.instance(MORNING + timedelta(seconds=6), GOOD)
    log.add(
        MORNING + timedelta(seconds=9),
        GOOD,
        "run.googleapis.com/varlog/system",
        "INFO",
        labels=serving,
        textPayload='Default STARTUP TCP probe succeeded after 1 attempt for container "storefront-1" on port 8080.',
    )
    log.outcome(MORNING + timedelta(seconds=12), GOOD)
    for number in range(40):
        at = MORNING + timedelta(minutes=1, seconds=52 * number)
        log.request(at, serving, ("/", "/cart", "/products/17", "/search")[number % 4])
    deployed = MORNING + timedelta(minutes=30)
    log.deployment(deployed, "2026-05-12.2", [MODE], GOOD)
    for start in (7, 29, 61):
        begun = deployed + timedelta(seconds=start)
        labels = log.instance(begun, BAD)
        at = begun + timedelta(seconds=2.4)
        for line in CRASH.split("\n"):
            at += timedelta(microseconds=200)
            log.add(at, BAD, "run.googleapis.com/stderr", "", labels=labels, textPayload=line)
        at += timedelta(milliseconds=30)
        for message, severity in (("Container called exit(1).", "WARNING"), (PROBE_FAILED, "ERROR")):
            log.add(at, BAD, "run.googleapis.com/varlog/system", severity, labels=labels, textPayload=message)
            at += timedelta(milliseconds=8)
    log.outcome(deployed + timedelta(seconds=70), BAD, NOT_STARTED.rstrip("."))
    return log


def main() -> None:
    """Write the export beside this module, newest first, as gcloud prints it."""
    entries = sorted(build_morning().entries, key=itemgetter("timestamp", "insertId"), reverse=True)
    STOREFRONT.write_text(json.dumps(entries, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
