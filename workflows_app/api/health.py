"""Health checks, open to everybody and without secrets.

`/health/live` answers 200 as long as the process can answer: restart it when it does not.
`/health/ready` answers 200 when the process can serve requests, else 503: the database answers and
all migrations are applied. Workers and the broker are reported only, since pages and API work
without them: runs wait in the database, and no message is needed to find them again. So a web
process stays in the load balancer when the broker is away.

    {"status": "ready",
     "checks": {"database": true, "migrations": true, "broker": true, "workers": 2}}
"""

from __future__ import annotations

import time

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from workflows_app.selectors import health

_BROKER_IS_ASKED_EVERY = 5.0
_broker: tuple[float, bool] = (0.0, False)


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200: the process answers."""
    return JsonResponse({"status": "live"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served, else 503; says which check failed."""
    checks: dict[str, bool | int] = {"database": health.is_database_reachable()}
    checks["migrations"] = False
    checks["workers"] = 0
    if checks["database"]:
        try:
            checks["migrations"] = health.are_migrations_applied()
            checks["workers"] = health.count_live_workers() if checks["migrations"] else 0
        except DatabaseError:
            checks["database"] = False
    checks["broker"] = _is_broker_reachable()
    is_ready = bool(checks["database"] and checks["migrations"])
    return JsonResponse(
        {"status": "ready" if is_ready else "not ready", "checks": checks},
        status=200 if is_ready else 503,
    )


def _is_broker_reachable() -> bool:
    """Asked once in a few seconds, since the check is open to everybody."""
    global _broker
    asked_at, answer = _broker
    if time.monotonic() - asked_at > _BROKER_IS_ASKED_EVERY:
        answer = health.is_broker_reachable()
        _broker = (time.monotonic(), answer)
    return answer
