"""Several people at once: one wins, the others are told, nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connections

from tests.support.documents import approval, straight
from workflows_app.errors import AlreadyDecidedError, FlowdeckError, RevisionConflictError
from workflows_app.models import Decision, Draft, HumanTask, NodeRun, Run, RunEvent, Version
from workflows_app.services import drafts, human_tasks, publishing, runs, workflows

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 4


@pytest.fixture
def ana() -> Any:
    return get_user_model().objects.create_user("ana", is_superuser=True)


def at_once(action: Callable[[int], Any]) -> list[Any]:
    """Results or refusals of several threads that begin together."""
    barrier = Barrier(MANY)

    def work(number: int) -> Any:
        barrier.wait()
        try:
            return action(number)
        except FlowdeckError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(work, range(MANY)))


def published(ana: Any, document: Any) -> Any:
    workflow_id = workflows.create_workflow(actor=ana, title="Race", document=document)
    publishing.publish_workflow(actor=ana, workflow_id=workflow_id, revision=1)
    return workflow_id


def test_one_decision_counts(ana: Any) -> None:
    workflow_id = published(ana, approval())
    run_id = runs.start_run(actor=ana, workflow_id=workflow_id, input={"amount": 1}).run_id
    task_id = HumanTask.objects.get().id
    outcomes = ["approved", "rejected"]

    results = at_once(
        lambda number: human_tasks.decide_human_task(
            actor=ana, task_id=task_id, outcome=outcomes[number % 2], comment="me"
        )
    )

    refusals = [r for r in results if r is not None]
    assert len(refusals) == MANY - 1
    assert all(isinstance(r, AlreadyDecidedError) for r in refusals)
    decision = Decision.objects.get()
    assert all(r.extra["decision"]["outcome"] == decision.outcome for r in refusals)
    assert RunEvent.objects.filter(run=run_id, type="human.decided").count() == 1
    assert NodeRun.objects.get(run=run_id, node_id="approve").ports == [decision.outcome]
    assert Run.objects.get().status in {"succeeded", "failed"}


def test_one_save_of_a_revision_counts(ana: Any) -> None:
    workflow_id = workflows.create_workflow(actor=ana, title="Race", document=straight())

    results = at_once(
        lambda _: drafts.save_draft(
            actor=ana, workflow_id=workflow_id, document=approval(), revision=1
        )
    )

    assert results.count(2) == 1
    assert sum(isinstance(r, RevisionConflictError) for r in results) == MANY - 1
    assert Draft.objects.get().revision == 2


def test_publishing_at_once_makes_one_version(ana: Any) -> None:
    workflow_id = workflows.create_workflow(actor=ana, title="Race", document=straight())

    results = at_once(
        lambda _: publishing.publish_workflow(actor=ana, workflow_id=workflow_id, revision=1)
    )

    assert [result.number for result in results] == [1] * MANY
    assert sum(result.is_new for result in results) == 1
    assert Version.objects.count() == 1


def test_one_run_for_an_idempotency_key(ana: Any) -> None:
    workflow_id = published(ana, straight())

    results = at_once(
        lambda _: runs.start_run(
            actor=ana, workflow_id=workflow_id, input={"amount": 1}, idempotency_key="once"
        )
    )

    assert len({result.run_id for result in results}) == 1
    assert sum(result.is_new for result in results) == 1
    assert Run.objects.count() == 1


def test_names_stay_unique(ana: Any) -> None:
    made = at_once(lambda _: workflows.create_workflow(actor=ana, title="Same name"))

    assert len(set(made)) == MANY
