"""Errors by which a framework reports a request that failed, for exports without the request log."""

import re

#: What frameworks say when a handler did not catch an exception.
_REPORTS = re.compile(
    r"\bException on \S{1,200} \[[A-Z]{3,7}\]|\bException in ASGI application\b|\bError in ASGI Framework\b"
    r"|\bInternal Server Error: /|\bError handling request\b|\bServlet\.service\(\) for servlet\b"
    r"|\bAn unhandled exception (?:has occurred while executing the request|was thrown by the application)\b"
    r"|^F, \[[^\]\n]{10,40}\] FATAL -- : (?:\[[\w-]{1,60}\] ){0,4}[A-Z][\w:]{1,100} \(.+\):$"
    r"|\bhttp: panic serving \S|\[Recovery\].{0,60} panic recovered:|\[uncaught application error\]",
    re.MULTILINE,
)
#: Places in a stack through which frameworks call the handlers of requests.
_CALLS = (
    "/express/lib/router/", "/node_modules/router/", "/koa-compose/", "/koa/lib/", "/fastify/lib/",
    "/starlette/", "/fastapi/routing.py", "/flask/app.py", "/django/core/handlers/", "/aiohttp/web_",
    "/tornado/web.py", "/functions_framework/", "/functions-framework/", "funcframework.",
    "net/http.(*conn).serve", "net/http.HandlerFunc.ServeHTTP", "org.apache.catalina.",
    "io.undertow.servlet.", "org.eclipse.jetty.server.", "Microsoft.AspNetCore.", "/action_controller/",
    "/sinatra/base.rb", "app/controllers/",
)  # fmt: skip


def reports_request(text: str) -> bool:
    """Return whether a statement reports a request that failed: in a framework's words, or by its stack."""
    return any(map(text.__contains__, _CALLS)) or bool(_REPORTS.search(text))
