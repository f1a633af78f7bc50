"""A secret that a task was given goes no further, whatever the task does with it."""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import quote

import pytest

from tests.engine.actions import ACTIONS
from tests.engine.ai import keep_connection
from tests.engine.build import chain, node, node_run, start, work
from workflows_app.errors import FatalError
from workflows_app.models import AuditEntry, Batch, NodeLog, NodeRun, Run, RunEvent
from workflows_app.sdk.context import TaskContext

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "sk-0123'45\\6789/abc\"def 0123456789"
FORMS = (SECRET, repr(SECRET)[1:-1], json.dumps(SECRET)[1:-1], quote(SECRET, safe=""))


def logs_it(context: TaskContext, secret: str) -> Any:
    context.logger.warning("With %s in it", secret)
    return 1


def returns_it(context: TaskContext, secret: str) -> Any:
    return {"nested": [f"Bearer {secret}"], secret: "as a key"}


def raises_it(context: TaskContext, secret: str) -> Any:
    raise FatalError(f"Refused: {secret}")


def breaks_with_it(context: TaskContext, secret: str) -> Any:
    raise KeyError(secret)


def returns_its_address(context: TaskContext, secret: str) -> Any:
    return f"https://shop.example/?key={quote(secret, safe='')}"


def tells_it(context: TaskContext, secret: str) -> Any:
    context.progress(1, 2, f"Trying {secret}")
    return 1


def bills_it(context: TaskContext, secret: str) -> Any:
    context.tell_usage({"model": secret})
    return 1


def returns_what_cannot_be_kept(context: TaskContext, secret: str) -> Any:
    return {secret: object()}


@pytest.mark.parametrize(
    "does",
    [
        logs_it,
        returns_it,
        raises_it,
        breaks_with_it,
        returns_its_address,
        tells_it,
        bills_it,
        returns_what_cannot_be_kept,
    ],
)
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
    for form in FORMS:
        assert form not in json.dumps(kept, default=str, ensure_ascii=False)
        assert form not in "\n".join(NodeLog.objects.values_list("message", flat=True))
    assert "[secret]" in str(kept) or does in {tells_it, returns_what_cannot_be_kept}
    assert not any(form in caplog.text for form in FORMS)


def test_of_a_secret_across_the_end_of_a_long_error_nothing_stays():
    keep_connection("shop", "openai_compatible", {"base_url": "https://shop.example"}, SECRET)

    def raise_much(context: TaskContext) -> Any:
        raise FatalError("x" * 9_990 + context.connection("shop").secret)

    ACTIONS["use"] = raise_much
    run_id = start(chain(node("use", config={"name": "use"})))
    work()
    assert node_run(run_id, "use").error["message"] == "x" * 9_990 + "[secret]"


def test_items_open_connections_and_nothing_of_a_secret_stays(caplog):
    keep_connection("shop", "openai_compatible", {"base_url": "https://shop.example"}, SECRET)

    def use(called: Any) -> Any:
        item, context = called
        secret = context.connection("shop").secret
        context.logger.warning("With %s", secret)
        if item == 2:
            raise FatalError("x" * 1_990 + secret)
        return {"sent": f"Bearer {secret}"}

    ACTIONS["use"] = use
    processor = {"type": "task:test.on_item", "config": {"item": "${ item }", "name": "use"}}
    with caplog.at_level(logging.DEBUG):
        run_id = start({"kind": "bulk", "items": [1, 2, 3], "processor": processor})
        work()
    output = Run.objects.get(id=run_id).output
    assert output["results"] == [{"sent": "Bearer [secret]"}, {"sent": "Bearer [secret]"}]
    (failure,) = Batch.objects.get().failures
    assert failure["message"] == "x" * 1_990 + "[secret]"
    kept = json.dumps([*Batch.objects.values(), *NodeLog.objects.values()], default=str)
    assert not any(form in kept + caplog.text for form in FORMS)
