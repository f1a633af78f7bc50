"""A secret that a task was given goes no further, whatever the task does with it."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.engine.actions import ACTIONS
from tests.engine.ai import keep_connection
from tests.engine.build import chain, node, node_run, start, work
from workflows_app.errors import FatalError
from workflows_app.models import AuditEntry, NodeLog, NodeRun, Run, RunEvent
from workflows_app.sdk.context import TaskContext

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "sk-0123456789abcdef0123456789"


def logs_it(context: TaskContext, secret: str) -> Any:
    context.logger.warning("With %s in it", secret)
    return 1


def returns_it(context: TaskContext, secret: str) -> Any:
    return {"nested": [f"Bearer {secret}"], secret: "as a key"}


def raises_it(context: TaskContext, secret: str) -> Any:
    raise FatalError(f"Refused: {secret}")


def breaks_with_it(context: TaskContext, secret: str) -> Any:
    raise KeyError(secret)


def tells_it(context: TaskContext, secret: str) -> Any:
    context.progress(1, 2, f"Trying {secret}")
    return 1


@pytest.mark.parametrize("does", [logs_it, returns_it, raises_it, breaks_with_it, tells_it])
def test_a_secret_is_kept_nowhere(does, caplog):
    keep_connection("shop", "openai_compatible", {"base_url": "https://shop.example"}, SECRET)
    ACTIONS["use"] = lambda context: does(context, context.connection("shop").secret)
    with caplog.at_level(logging.DEBUG):
        run_id = start(chain(node("use", config={"name": "use"})))
        work()
    assert node_run(run_id, "use").status in {"succeeded", "failed"}
    kept = [
        rows
        for model in (Run, NodeRun, RunEvent, NodeLog, AuditEntry)
        for rows in model.objects.values()
    ]
    assert SECRET not in str(kept)
    assert "[secret]" in str(kept) or does is tells_it
    assert SECRET not in caplog.text
