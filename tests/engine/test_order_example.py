"""The example of a saga, with its real tasks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.build import node_run, run_of, start, statuses, work
from workflows_app.selectors.templates import get_template_document

pytestmark = pytest.mark.django_db(transaction=True)


def order(destination: str) -> Any:
    given = {"customer": "Kim", "item": "Tea pot", "quantity": 2, "destination": destination}
    run_id = start(get_template_document(template_id="order-saga"), given)
    work()
    return run_id


def test_an_order_is_reserved_charged_shipped_and_told_of():
    run_id = order("Iceland")
    run = run_of(run_id)
    assert run.status == "succeeded"
    assert run.output == {
        "reservation": node_run(run_id, "reserve").output["number"],
        "receipt": node_run(run_id, "charge").output,
        "parcel": node_run(run_id, "ship").output,
    }
    assert node_run(run_id, "charge").input == {"customer": "Kim", "amount": 49}


def test_an_order_to_atlantis_is_refunded_and_released():
    run_id = order("Atlantis")
    run = run_of(run_id)
    assert run.status == "compensated"
    assert run.error == {
        "type": "FatalError",
        "message": "No carrier delivers to Atlantis.",
        "node_id": "ship",
    }
    assert statuses(run_id) == {
        "_start": "succeeded",
        "reserve": "compensated",
        "charge": "compensated",
        "ship": "failed",
        "_undo_charge": "succeeded",
        "_undo_reserve": "succeeded",
    }
    assert node_run(run_id, "_undo_charge").output == node_run(run_id, "charge").output
    released = node_run(run_id, "_undo_reserve").output
    assert released == node_run(run_id, "reserve").output["number"]
