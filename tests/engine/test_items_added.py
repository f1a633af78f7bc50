"""Map nodes that are done with enough of their items, and items that are added while they work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.actions import ACTIONS, ITEMS
from tests.engine.build import run_of, start, status_of, work
from tests.engine.bulks import output, run
from tests.engine.test_children import named, signal
from tests.engine.test_items_as_runs import WAITS, children_of, each, states_of
from workflows_app.engine.bulk_work import BulkWork
from workflows_app.engine.keeper import Keeper
from workflows_app.engine.pace import Pace
from workflows_app.errors import ConflictError, InvalidInputError, PermissionDeniedError
from workflows_app.models import AuditEntry, Batch, Bulk
from workflows_app.services.items import add_items
from workflows_app.store.batches import ClaimedPart

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_node_is_done_with_enough_and_begins_nothing_more():
    run_id = run(list(range(6)), batch_size=1, max_concurrency=1, enough=2)
    work()
    found = output(run_id)
    assert (found["succeeded"], found["results"], found["total"]) == (2, [0, 1], 6)
    assert len(ITEMS) == 2


def test_what_failed_is_not_enough():
    def refuse_even(given: Any) -> Any:
        if given[0] % 2 == 0:
            raise ValueError("even")
        return given[0]

    ACTIONS["do"] = refuse_even
    run_id = run(list(range(6)), batch_size=1, max_concurrency=1, enough=2)
    work()
    found = output(run_id)
    assert (found["results"], found["failed"]) == ([1, 3], 2)


def test_fewer_items_than_enough_are_all_of_them():
    run_id = run([1, 2], enough=5)
    work()
    assert output(run_id)["results"] == [1, 2]


def test_runs_of_the_items_that_are_left_are_cancelled():
    named("child", WAITS)
    run_id = start(each(enough=1), {"items": [1, 2, 3]})
    work()
    signal(children_of(run_id)[1].id, "first")
    work()
    assert output(run_id)["results"] == ["first"]
    assert states_of(run_id) == ["cancelled", "succeeded", "cancelled"]


def test_a_worker_whose_batch_was_not_needed_any_more_changes_nothing():
    """It claimed its batch before the node was done with another."""
    run_id = run([1, 2], batch_size=1, max_concurrency=2, enough=1)
    slow = BulkWork("slow", Keeper("slow"), Pace())
    while (claimed := slow._claim()) is not None and isinstance(claimed, ClaimedPart):
        slow._carry_out(claimed)
    work()
    assert output(run_id)["results"] == [2]
    slow._carry_out(claimed)
    assert output(run_id)["results"] == [2]


class TestAddedItems:
    def waiting(self, **fields: Any) -> Any:
        named("child", WAITS)
        run_id = start(each(**fields), {"items": [1, 2]})
        work()
        return run_id

    def test_items_come_behind_those_that_are_there_and_all_are_awaited(self, admin_user):
        run_id = self.waiting()
        assert add_items(actor=admin_user, run_id=run_id, node_id="items", items=[3, 4, 5]) == 5
        work()
        assert [child.input for child in children_of(run_id)] == [
            {"amount": n} for n in range(1, 6)
        ]
        for number, child in enumerate(children_of(run_id)):
            assert status_of(run_id) == "running"
            signal(child.id, number)
            work()
        assert output(run_id)["results"] == [0, 1, 2, 3, 4]
        assert AuditEntry.objects.get(action="run.items_added").detail["count"] == 3

    def test_they_make_batches_of_the_nodes_size_and_count_for_the_threshold(self, admin_user):
        run_id = self.waiting(batch_size=2, failure_threshold={"percent": 50})
        add_items(actor=admin_user, run_id=run_id, node_id="items", items=[3, 4, 5])
        rows = Batch.objects.filter(bulk__run_id=run_id).order_by("number")
        assert [(row.first_index, len(row.items)) for row in rows] == [(0, 2), (2, 2), (4, 1)]
        assert Bulk.objects.get(run_id=run_id).allowed_failures == 2

    def test_a_node_that_is_over_or_has_not_read_its_source_takes_none(self, admin_user):
        over = run([1])
        with pytest.raises(ConflictError, match="takes no items now"):
            add_items(actor=admin_user, run_id=over, node_id="items", items=[2])
        work()
        with pytest.raises(ConflictError, match="is over"):
            add_items(actor=admin_user, run_id=over, node_id="items", items=[2])
        assert run_of(over).output["total"] == 1

    def test_only_map_nodes_take_items_and_only_from_operators(self, admin_user, django_user_model):
        run_id = self.waiting()
        with pytest.raises(InvalidInputError, match="not a map node"):
            add_items(actor=admin_user, run_id=run_id, node_id="_end", items=[2])
        nobody = django_user_model.objects.create_user("nobody")
        with pytest.raises(PermissionDeniedError):
            add_items(actor=nobody, run_id=run_id, node_id="items", items=[2])
