"""Races that are known, each made to happen: one side stops at a named point, the other goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from tests.core.machines import machine, on, state
from tests.engine.actions import ACTIONS, CALLS, ITEMS
from tests.engine.build import (
    chain,
    edge,
    events,
    graph,
    journal,
    node,
    node_run,
    run_of,
    start,
    status_of,
    statuses,
    work,
)
from tests.engine.bulks import bulk
from tests.engine.law import check_law
from tests.engine.racing import (
    Side,
    needs_row_locks,
    stopped_at,
    until_somebody_waits_for_a_lock,
)
from tests.engine.test_children import calls, child_of, named
from tests.engine.test_children import signal as signal_child
from tests.engine.test_saga import give_up
from workflows_app.engine import clock, sweep, trigger_points
from workflows_app.engine.keeper import Keeper
from workflows_app.engine.plans import plan_of
from workflows_app.engine.work import Worker
from workflows_app.errors import ConflictError, EventNotAcceptedError, RunClosedError
from workflows_app.models import Bulk, HumanTask, InboxItem, Run, Timer
from workflows_app.services import (
    drafts,
    human_tasks,
    machines,
    publishing,
    reruns,
    runs,
    workflows,
)
from workflows_app.store import claims

pytestmark = pytest.mark.django_db(transaction=True)

A_LEASE = 31.0
"""Seconds after which a lease has ended."""


@pytest.fixture(autouse=True)
def sound_runs(transactional_db: None) -> Iterator[None]:
    """However a race came out, each journal has no gap and replays, and no report lies about."""
    yield
    for run_id in Run.objects.values_list("id", flat=True):
        check_law(run_id)
    assert not InboxItem.objects.exists()
    assert not Timer.objects.filter(run__finished_at__isnull=False).exists()


@pytest.fixture(autouse=True)
def keeper_tick(monkeypatch: pytest.MonkeyPatch) -> Callable[[Keeper], None]:
    """A worker that stops is a process that stops: its keeper does nothing by itself either."""
    tick = Keeper.tick
    monkeypatch.setattr(Keeper, "tick", lambda keeper: None)
    return tick


@pytest.fixture
def ana() -> Any:
    return get_user_model().objects.create_user("ana", is_superuser=True)


def outcome(run_id: UUID) -> tuple[str, Any]:
    run = run_of(run_id)
    return run.status, run.output


# Claim against sweep


def test_a_node_whose_claim_ran_out_is_not_begun_by_the_one_who_had_it(time, sent):
    run_id = start(chain(node("a")))
    with stopped_at(trigger_points.NODES_CLAIMED, work, "slow") as slow:
        sent.hints.clear()
        time.pass_(A_LEASE)
        sweep.sweep_once()
        assert sent.hints == ["flowdeck.work"]
        assert work("quick") == 1
    assert slow.result() == 0
    assert CALLS == [("a", 1)]
    assert (status_of(run_id), node_run(run_id, "a").worker) == ("succeeded", "quick")


def test_a_sweep_leaves_a_claim_alone_that_has_not_run_out(time, sent):
    run_id = start(chain(node("a")))
    with stopped_at(trigger_points.NODES_CLAIMED, work, "slow") as slow:
        sent.hints.clear()
        time.pass_(A_LEASE - 2)
        sweep.sweep_once()
        assert (sent.hints, work("quick")) == ([], 0)
    assert slow.result() == 1
    assert (status_of(run_id), CALLS) == ("succeeded", [("a", 1)])


# Claim against claim


@needs_row_locks
def test_two_claims_at_once_pass_over_what_the_other_one_takes():
    start(chain(node("a")))
    start(chain(node("b")))

    def claim(worker: str, limit: int) -> list[str]:
        now = clock.now()
        lease = now + timedelta(seconds=30)
        found = claims.claim_nodes(worker=worker, limit=limit, now=now, lease_until=lease)
        return [claim.node_id for claim in found]

    def claim_and_stop() -> list[str]:
        with transaction.atomic():
            found = claim("first", 1)
            first.stop_here()
        return found

    first = Side(claim_and_stop)
    assert first.start().is_stopped()
    assert claim("second", 2) == ["b"]
    first.go_on()
    assert first.result() == ["a"]


def test_a_claimed_node_is_nobody_elses():
    run_id = start(chain(node("a")))
    with stopped_at(trigger_points.NODES_CLAIMED, work, "first") as first:
        assert work("second") == 0
    assert first.result() == 1
    assert (status_of(run_id), CALLS) == ("succeeded", [("a", 1)])


# Join against join

JOINED = graph(
    [
        node("start", "start"),
        node("left"),
        node("right"),
        node("join", "task:test.once"),
        node("end", "end"),
    ],
    [
        edge("start", "left"),
        edge("start", "right"),
        edge("left", "join"),
        edge("right", "join"),
        edge("join", "end"),
    ],
)


def assert_joined_once(run_id: UUID) -> None:
    assert status_of(run_id) == "succeeded"
    assert sorted(CALLS) == [("join", 1), ("left", 1), ("right", 1)]
    assert journal(run_id, of="join") == ["node.queued", "node.started", "node.succeeded"]


def test_branches_that_end_before_either_is_written_start_their_join_once():
    run_id = start(JOINED)
    with stopped_at(trigger_points.NODE_EXECUTED, work, "first") as first:
        assert work("second") == 1
        assert (status_of(run_id), "join" in statuses(run_id)) == ("running", False)
    assert first.result() == 2
    assert_joined_once(run_id)


@needs_row_locks
def test_a_branch_that_ends_while_the_other_one_is_written_starts_the_join_once():
    run_id = start(JOINED)
    with stopped_at(trigger_points.RUN_LOCKED, work, "first") as first:
        assert work("second") == 1
        assert InboxItem.objects.filter(run_id=run_id).count() == 1
        assert "join" not in statuses(run_id)
    first.result()
    work("third")
    assert_joined_once(run_id)


def test_a_branch_that_ends_behind_the_others_commit_starts_the_join_once():
    run_id = start(JOINED)
    with stopped_at(trigger_points.STEP_COMMITTED, work, "first") as first:
        assert work("second") == 2
    assert first.result() == 1
    assert_joined_once(run_id)


# Cancel against finish


def cancel(actor: Any, run_id: UUID) -> None:
    runs.cancel_run(actor=actor, run_id=run_id)


def test_a_result_of_a_cancelled_run_changes_nothing(ana):
    run_id = start(chain(node("a"), node("b")))
    with stopped_at(trigger_points.NODE_EXECUTED, work) as worker:
        cancel(ana, run_id)
        told = journal(run_id)
    assert worker.result() == 1
    assert (outcome(run_id), journal(run_id)) == (("cancelled", None), told)
    assert (node_run(run_id, "a").status, node_run(run_id, "a").output) == ("cancelled", None)


@needs_row_locks
def test_a_run_whose_last_node_ends_while_it_is_being_cancelled_is_cancelled(ana):
    run_id = start(chain(node("a")))
    with stopped_at(trigger_points.RUN_LOCKED, cancel, ana, run_id) as canceller:
        worker = Side(work).start()
        until_somebody_waits_for_a_lock()
    canceller.result()
    assert (worker.result(), outcome(run_id)) == (1, ("cancelled", None))


@needs_row_locks
def test_a_cancel_that_waits_for_the_last_step_finds_the_run_over(ana):
    run_id = start(chain(node("w", "wait", {"mode": "signal", "signal": "go"})))
    with stopped_at(trigger_points.RUN_LOCKED, send, ana, run_id) as sender:
        canceller = Side(cancel, ana, run_id).start()
        until_somebody_waits_for_a_lock()
    sender.result()
    with pytest.raises(RunClosedError):
        canceller.result()
    assert outcome(run_id) == ("succeeded", "sent")
    assert events(run_id, "run.cancel_requested") == []


# Decide against expire

ASKED = graph(
    [
        node("start", "start"),
        node("ask", "human", {"heading": "?"}, timeout_seconds=60),
        node("yes", "end", {"output": "${ nodes.ask.decided_by }"}),
        node("late", "end", {"output": "late"}),
    ],
    [edge("start", "ask"), edge("ask", "yes", "approved"), edge("ask", "late", "timeout")],
)


def decide(actor: Any) -> None:
    task_id = HumanTask.objects.get().id
    human_tasks.decide_human_task(actor=actor, task_id=task_id, outcome="approved")


def test_a_decision_behind_the_deadline_is_refused_although_the_run_has_not_moved(ana, time):
    run_id = start(ASKED)
    time.pass_(61)
    with stopped_at(trigger_points.TIMERS_FIRED, sweep.fire_timers) as sweeper:
        assert status_of(run_id) == "waiting"
        with pytest.raises(ConflictError, match="The time to decide has passed"):
            decide(ana)
    sweeper.result()
    assert outcome(run_id) == ("succeeded", "late")
    task = HumanTask.objects.get()
    assert (task.status, hasattr(task, "decision")) == ("expired", False)


@needs_row_locks
def test_a_decision_that_has_the_run_when_the_deadline_comes_counts(ana, time):
    run_id = start(ASKED)
    time.pass_(61)
    with stopped_at(trigger_points.RUN_LOCKED, decide, ana) as decider:
        sweeper = Side(sweep.fire_timers).start()
        until_somebody_waits_for_a_lock()
    decider.result()
    sweeper.result()
    assert outcome(run_id) == ("succeeded", "ana")
    assert HumanTask.objects.get().status == "decided"
    assert events(run_id, "node.timed_out") == []


# Publish against start


def version_document(number: int) -> dict[str, Any]:
    made = chain(node("say", "transform", {"output": number}))
    return {"format": 1, **made}


def publish_next(actor: Any, workflow_id: UUID, number: int = 2) -> None:
    revision = drafts.save_draft(
        actor=actor,
        workflow_id=workflow_id,
        document=version_document(number),
        revision=number - 1,
    )
    publishing.publish_workflow(actor=actor, workflow_id=workflow_id, revision=revision)


def start_latest(actor: Any, workflow_id: UUID) -> UUID:
    return runs.start_run(actor=actor, workflow_id=workflow_id, input={}).run_id


@pytest.fixture
def workflow_id(ana: Any) -> UUID:
    made = workflows.create_workflow(actor=ana, title="W", document=version_document(1))
    publishing.publish_workflow(actor=ana, workflow_id=made, revision=1)
    return made


def version_of(run_id: UUID) -> int:
    return int(run_of(run_id).version.number)


@needs_row_locks
def test_a_run_keeps_the_version_that_was_the_latest_when_its_start_looked(
    ana, workflow_id, monkeypatch
):
    def look_then_stop(version_id: UUID) -> Any:
        starter.stop_here()
        return plan_of(version_id)

    monkeypatch.setattr(runs, "plan_of", look_then_stop)
    starter = Side(start_latest, ana, workflow_id)
    assert starter.start().is_stopped()
    publish_next(ana, workflow_id)
    starter.go_on()
    run_id = starter.result()
    assert (version_of(run_id), outcome(run_id)) == (1, ("succeeded", 1))
    again = start_latest(ana, workflow_id)
    assert (version_of(again), outcome(again)) == (2, ("succeeded", 2))


@needs_row_locks
def test_a_start_neither_waits_for_a_version_that_is_being_published_nor_takes_it(ana, workflow_id):
    def publish_and_stop() -> None:
        with transaction.atomic():
            publish_next(ana, workflow_id)
            publisher.stop_here()

    publisher = Side(publish_and_stop)
    assert publisher.start().is_stopped()
    starter = Side(start_latest, ana, workflow_id).start()
    run_id = starter.result()
    publisher.go_on()
    publisher.result()
    assert (version_of(run_id), outcome(run_id)) == (1, ("succeeded", 1))
    assert version_of(start_latest(ana, workflow_id)) == 2


# The report of an old attempt against the retry


def test_a_zombie_cannot_commit_once_its_node_was_taken_back(time, keeper_tick, monkeypatch):
    """A worker is paused beyond its lease, and wakes when its node is another attempt."""
    monkeypatch.setattr("workflows_app.engine.holding.START_TOLD_AFTER_SECONDS", 0.0)
    ACTIONS["act"] = lambda context: f"attempt {context.attempt}"
    run_id = start(chain(node("a", config={"name": "act"})))
    worker = Worker("zombie")
    with stopped_at(trigger_points.NODE_EXECUTED, worker.work) as zombie:
        keeper_tick(worker.keeper)
        assert (node_run(run_id, "a").status, node_run(run_id, "a").worker) == ("running", "zombie")
        time.pass_(A_LEASE)
        sweep.sweep_once()
        with stopped_at(trigger_points.NODES_CLAIMED, work, "other"):
            told = journal(run_id)
            zombie.go_on()
            assert (zombie.result(), journal(run_id)) == (1, told)
    assert outcome(run_id) == ("succeeded", "attempt 2")
    assert CALLS == [("a", 1), ("a", 2)]


def test_a_zombie_cannot_commit_once_its_node_was_given_up(time):
    run_id = start(chain(node("a", "task:test.once")))
    with stopped_at(trigger_points.NODE_EXECUTED, work, "zombie") as zombie:
        time.pass_(A_LEASE)
        sweep.sweep_once()
        told = journal(run_id)
    assert (zombie.result(), journal(run_id)) == (1, told)
    assert (status_of(run_id), run_of(run_id).error["type"]) == ("failed", "WorkerLost")


@pytest.mark.parametrize("keeper_wakes_first", [False, True])
def test_a_zombie_cannot_commit_a_node_that_another_worker_has_begun(
    keeper_wakes_first, time, keeper_tick, monkeypatch
):
    """Nobody knew that the zombie had begun, so that the other one begins the same attempt."""
    monkeypatch.setattr("workflows_app.engine.holding.START_TOLD_AFTER_SECONDS", 0.0)
    worker = Worker("zombie")

    def act(context: Any) -> str:
        if len(CALLS) == 1:
            return "zombie's"
        told = journal(run_id)
        if keeper_wakes_first:
            keeper_tick(worker.keeper)
        zombie.go_on()
        assert zombie.result() == 1
        assert (journal(run_id), node_run(run_id, "a").worker) == (told, "other")
        return "other's"

    ACTIONS["act"] = act
    run_id = start(chain(node("a", config={"name": "act"})))
    with stopped_at(trigger_points.NODE_EXECUTED, worker.work) as zombie:
        time.pass_(A_LEASE)
        work("other")
    assert CALLS == [("a", 1), ("a", 1)]
    assert outcome(run_id) == ("succeeded", "other's")


def test_a_result_counts_although_its_lease_is_over_while_nobody_else_has_begun(time):
    run_id = start(chain(node("a"), node("b")))
    with stopped_at(trigger_points.NODE_EXECUTED, work, "late") as late:
        time.pass_(A_LEASE)
        sweep.sweep_once()
    assert late.result() == 2
    assert (status_of(run_id), CALLS) == ("succeeded", [("a", 1), ("b", 1)])


@needs_row_locks
def test_a_result_that_comes_while_its_node_is_taken_back_is_too_late(time):
    run_id = start(chain(node("a", "task:test.once")))
    with stopped_at(trigger_points.NODE_EXECUTED, work, "zombie") as zombie:
        time.pass_(A_LEASE)
        with stopped_at(trigger_points.RUN_LOCKED, sweep.take_back_lost_nodes) as sweeper:
            Side(zombie.go_on).start()
            until_somebody_waits_for_a_lock()
        sweeper.result()
    zombie.result()
    assert run_of(run_id).error["type"] == "WorkerLost"
    assert journal(run_id, of="a") == ["node.queued", "node.started", "node.lost", "node.failed"]


# Signal against its time limit

PAID = graph(
    [
        node("start", "start"),
        node("wait", "wait", {"mode": "signal", "signal": "go"}, timeout_seconds=60),
        node("paid", "end", {"output": "${ nodes.wait }"}),
        node("late", "end", {"output": "late"}),
    ],
    [edge("start", "wait"), edge("wait", "paid"), edge("wait", "late", "timeout")],
)


def send(actor: Any, run_id: UUID) -> None:
    runs.send_signal(actor=actor, run_id=run_id, name="go", payload="sent")


def test_a_signal_behind_the_time_limit_is_refused_although_the_run_has_not_moved(ana, time):
    run_id = start(PAID)
    time.pass_(61)
    with stopped_at(trigger_points.TIMERS_FIRED, sweep.fire_timers) as sweeper:
        with pytest.raises(RunClosedError):
            send(ana, run_id)
        assert status_of(run_id) == "waiting"
    sweeper.result()
    assert outcome(run_id) == ("succeeded", "late")
    assert events(run_id, "signal.received") == []


@needs_row_locks
def test_a_signal_that_has_the_run_when_its_time_is_over_counts(ana, time):
    run_id = start(PAID)
    time.pass_(61)
    with stopped_at(trigger_points.RUN_LOCKED, send, ana, run_id) as sender:
        sweeper = Side(sweep.fire_timers).start()
        until_somebody_waits_for_a_lock()
    sender.result()
    sweeper.result()
    assert outcome(run_id) == ("succeeded", "sent")


# A machine's event against its delay

MACHINE = machine(
    state("open", {"id": "late", "after": 60, "targets": ["closed"]}, on("go", "done")),
    state("closed", on("reopen", "open")),
    state("done", on("reopen", "open")),
)


def send_event(actor: Any, run_id: UUID) -> None:
    machines.send_event(actor=actor, run_id=run_id, name="go")


def test_an_event_behind_its_states_delay_meets_the_next_state(ana, time):
    run_id = start(MACHINE)
    time.pass_(61)
    with stopped_at(trigger_points.TIMERS_FIRED, sweep.fire_timers) as sweeper:
        with pytest.raises(EventNotAcceptedError) as refused:
            send_event(ana, run_id)
        assert refused.value.extra["states"] == ["closed"]
    sweeper.result()
    assert node_run(run_id, "closed").status == "waiting"
    assert node_run(run_id, "open").ports == ["open_late"]


@needs_row_locks
def test_an_event_that_has_the_machine_when_the_delay_is_over_counts(ana, time):
    run_id = start(MACHINE)
    time.pass_(61)
    with stopped_at(trigger_points.RUN_LOCKED, send_event, ana, run_id) as sender:
        sweeper = Side(sweep.fire_timers).start()
        until_somebody_waits_for_a_lock()
    sender.result()
    sweeper.result()
    assert statuses(run_id)["done"] == "waiting"
    assert "closed" not in statuses(run_id)


# Pause against claim and resume


def pause(actor: Any, run_id: UUID) -> None:
    runs.pause_run(actor=actor, run_id=run_id)


def resume(actor: Any, run_id: UUID) -> None:
    runs.resume_run(actor=actor, run_id=run_id)


def test_a_node_that_was_claimed_before_the_pause_is_not_begun_in_it(ana):
    run_id = start(chain(node("a")))
    with stopped_at(trigger_points.NODES_CLAIMED, work) as worker:
        pause(ana, run_id)
    assert (worker.result(), CALLS, statuses(run_id)["a"]) == (0, [], "held")
    resume(ana, run_id)
    assert work() == 1
    assert (status_of(run_id), CALLS) == ("succeeded", [("a", 1)])


def test_a_node_that_was_let_go_again_is_run_by_one_of_its_two_claimers(ana):
    run_id = start(chain(node("a", "task:test.once")))
    first, second = Side(work, "first"), Side(work, "second")

    def stop() -> None:
        first.stop_here()
        second.stop_here()

    with trigger_points.at(trigger_points.NODES_CLAIMED, stop):
        assert first.start().is_stopped()
        pause(ana, run_id)
        resume(ana, run_id)
        assert second.start().is_stopped()
        second.go_on()
        first.go_on()
    assert sorted([first.result(), second.result()]) == [0, 1]
    assert (status_of(run_id), CALLS) == ("succeeded", [("a", 1)])


def test_a_node_that_was_under_way_ends_in_the_pause_and_the_next_one_waits(ana):
    run_id = start(chain(node("a"), node("b")))
    with stopped_at(trigger_points.NODE_EXECUTED, work) as worker:
        pause(ana, run_id)
    assert worker.result() == 1
    assert (status_of(run_id), statuses(run_id)["a"]) == ("paused", "succeeded")
    assert statuses(run_id)["b"] == "held"
    resume(ana, run_id)
    assert work() == 1
    assert (status_of(run_id), CALLS) == ("succeeded", [("a", 1), ("b", 1)])


@needs_row_locks
def test_a_node_that_ends_while_the_pause_is_written_counts_and_the_next_one_waits(ana):
    run_id = start(chain(node("a"), node("b")))
    with stopped_at(trigger_points.RUN_LOCKED, pause, ana, run_id) as pauser:
        worker = Side(work).start()
        until_somebody_waits_for_a_lock()
    pauser.result()
    assert (worker.result(), CALLS) == (1, [("a", 1)])
    assert (status_of(run_id), statuses(run_id)["b"]) == ("paused", "held")


@needs_row_locks
def test_two_who_resume_a_run_at_once_resume_it_once(ana):
    run_id = start(chain(node("a")))
    pause(ana, run_id)
    with stopped_at(trigger_points.RUN_LOCKED, resume, ana, run_id) as first:
        second = Side(resume, ana, run_id).start()
        until_somebody_waits_for_a_lock()
    first.result()
    with pytest.raises(ConflictError, match="not paused"):
        second.result()
    assert journal(run_id).count("run.resumed") == 1
    assert work() == 1


# Batches, and runs that other runs started


def test_a_batch_that_two_workers_claimed_counts_once(time):
    run_id = start(bulk(batch_size=2), {"items": [1, 2, 3, 4]})
    with stopped_at(trigger_points.BATCH_CLAIMED, work, "zombie") as zombie:
        time.pass_(A_LEASE)
        work("other")
        told = journal(run_id)
    zombie.result()
    counted = Bulk.objects.get()
    assert (counted.succeeded, counted.failed) == (4, 0)
    assert (status_of(run_id), run_of(run_id).output["results"]) == ("succeeded", [1, 2, 3, 4])
    assert (journal(run_id), {index for index, _ in ITEMS}) == (told, {0, 1, 2, 3})


def test_a_batch_in_hand_is_nobody_elses():
    run_id = start(bulk(batch_size=2), {"items": [1, 2]})
    with stopped_at(trigger_points.BATCH_CLAIMED, work, "first") as first:
        assert work("second") == 0
    first.result()
    assert (status_of(run_id), ITEMS) == ("succeeded", [(0, 1), (1, 1)])


@pytest.fixture
def parent_id() -> UUID:
    named("child", chain(node("w", "wait", {"mode": "signal", "signal": "go"})))
    return start(chain(calls()))


@needs_row_locks
def test_a_child_that_ends_while_its_parent_is_cancelled_has_ended(ana, parent_id):
    child_id = child_of(parent_id).id
    with stopped_at(trigger_points.RUN_LOCKED, signal_child, child_id) as ender:
        canceller = Side(cancel, ana, parent_id).start()
        until_somebody_waits_for_a_lock()
        assert status_of(parent_id) == "cancelled"
    ender.result()
    canceller.result()
    assert (status_of(parent_id), status_of(child_id)) == ("cancelled", "succeeded")


@needs_row_locks
def test_a_parent_that_is_being_cancelled_when_its_child_ends_is_cancelled(ana, parent_id):
    child_id = child_of(parent_id).id
    with stopped_at(trigger_points.RUN_LOCKED, cancel, ana, parent_id) as canceller:
        ender = Side(signal_child, child_id).start()
        until_somebody_waits_for_a_lock()
        assert status_of(child_id) == "succeeded"
    canceller.result()
    ender.result()
    assert (status_of(parent_id), status_of(child_id)) == ("cancelled", "succeeded")


# A retry that is asked for twice


@needs_row_locks
def test_a_node_that_needs_attention_is_retried_once_however_many_ask(ana):
    run_id = give_up()
    CALLS.clear()

    def retry() -> None:
        runs.resolve_attention(actor=ana, run_id=run_id, node_id="_undo_b", choice="retry")

    with stopped_at(trigger_points.RUN_LOCKED, retry) as first:
        second = Side(retry).start()
        until_somebody_waits_for_a_lock()
    first.result()
    with pytest.raises(ConflictError, match="does not need attention"):
        second.result()
    assert len(events(run_id, "attention.resolved")) == 1
    del ACTIONS["undo_b"]
    work()
    assert (status_of(run_id), CALLS) == ("compensated", [("_undo_b", 2), ("_undo_a", 1)])


@needs_row_locks
def test_a_run_that_two_people_retry_is_repeated_for_each_of_them(ana):
    run_id = start(chain(node("a"), node("b")))
    work()
    CALLS.clear()

    def retry() -> UUID:
        return reruns.retry_from_node(actor=ana, run_id=run_id, node_id="b")

    def retry_and_stop() -> UUID:
        with transaction.atomic():
            made = retry()
            first.stop_here()
        return made

    first = Side(retry_and_stop)
    assert first.start().is_stopped()
    second_id = retry()
    first.go_on()
    work()
    assert [status_of(x) for x in (first.result(), second_id)] == ["succeeded", "succeeded"]
    assert first.result() != second_id
    assert CALLS == [("b", 1), ("b", 1)]
