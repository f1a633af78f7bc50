"""What people do to state machines: send them events."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from workflows_app.contracts.actor import Actor
from workflows_app.core.document_machine import EVENT_NAME_PATTERN
from workflows_app.core.events import Event
from workflows_app.core.problems import did_you_mean
from workflows_app.core.state import RunStatus
from workflows_app.core.statechart.chart import Chart, is_inner
from workflows_app.core.statechart.transitions import candidates
from workflows_app.engine.advance import LockedRun
from workflows_app.errors import (
    ConflictError,
    EventNotAcceptedError,
    FieldError,
    InvalidInputError,
    StaleMachineError,
)
from workflows_app.services import audit
from workflows_app.services.runs import operate_run, storable_payload

MAX_QUEUED_EVENTS = 1_000
"""Events that may wait for a machine to come to rest."""


def send_event(
    *,
    actor: Actor,
    run_id: UUID,
    name: str,
    data: Any = None,
    expect_state: str | None = None,
    expect_revision: int | None = None,
) -> None:
    """Send a machine an event. While its actions run, the event waits for them.

    Args:
        actor: Who sends it.
        run_id: The machine's run.
        name: The event's name.
        data: What it carries; expressions read it as `event.data`.
        expect_state: Send it only if this state is active.
        expect_revision: Send it only if nothing happened since the snapshot with this `seq`.

    Raises:
        PermissionDeniedError: the actor may not operate runs.
        NotFoundError: there is no such run.
        RunClosedError: the run is over.
        InvalidInputError: the run is no state machine, no transition is for the event, the data is
            too large, or there is no such state.
        StaleMachineError: the machine is not in the state or at the revision that was expected.
        EventNotAcceptedError: no active state has a transition for it; `accepted` lists which have.
        ConflictError: too many events are waiting.
    """
    checked = storable_payload(data, "event's data", "data")

    def send(run: LockedRun) -> Sequence[Event]:
        chart = run.plan.chart
        if chart is None:
            raise _invalid(
                "name", "This run is no state machine.", "Send it a signal.", "no_machine"
            )
        active = frozenset(key[0] for key in run.state.active if key[0] in chart.states)
        _check_expectations(run, chart, active, expect_state, expect_revision)
        _check_name(chart, name)
        _check_accepted(run, chart, active, name)
        audit.record(
            actor=actor, action="run.event_sent", target_type="run", target_id=run_id, name=name
        )
        return [run.add_signal(name, checked)]

    operate_run(actor=actor, run_id=run_id, prepare=send)


def _check_expectations(
    run: LockedRun,
    chart: Chart,
    active: frozenset[str],
    expect_state: str | None,
    expect_revision: int | None,
) -> None:
    told = {"states": chart.ordered(active), "revision": run.seq}
    if expect_state is not None and expect_state not in chart.states:
        near = did_you_mean(expect_state, chart.states)
        raise _invalid(
            "expect_state",
            f"The machine has no state “{expect_state}”.",
            f"Did you mean “{near}”?" if near else "Name one of its states.",
            "unknown_state",
        )
    if expect_state is not None and expect_state not in active:
        where = ", ".join(f"“{state}”" for state in chart.ordered(active)) or "no state"
        raise StaleMachineError(f"The machine is not in “{expect_state}” but {where}.", extra=told)
    if expect_revision is not None and expect_revision != run.seq:
        raise StaleMachineError(
            f"The machine has moved on: its revision is {run.seq}, not {expect_revision}.",
            extra=told,
        )


def _check_name(chart: Chart, name: str) -> None:
    known = sorted({event for state in chart.states.values() for event in state.events})
    has_form = re.fullmatch(EVENT_NAME_PATTERN, name) is not None and not is_inner(name)
    every = frozenset(chart.states)
    if not has_form or not candidates(chart, every, name):
        near = did_you_mean(name, known)
        listed = f"Its events are: {', '.join(known)}." if known else "It takes no events."
        raise _invalid(
            "name",
            f"No transition of this machine is for an event “{name}”.",
            f"Did you mean “{near}”?" if near else listed,
            "unknown_event",
        )


def _check_accepted(run: LockedRun, chart: Chart, active: frozenset[str], name: str) -> None:
    """At rest an event must have a transition; otherwise nobody can know, and it waits."""
    machine = run.state.machine
    if len(machine.external) >= MAX_QUEUED_EVENTS:
        raise ConflictError(f"{MAX_QUEUED_EVENTS:,} events are waiting for this machine already.")
    is_acting = any(key[0] not in chart.states for key in run.state.active)
    is_paused = run.state.status is RunStatus.PAUSED
    if is_acting or is_paused or candidates(chart, active, name):
        return
    accepted = list(
        dict.fromkeys(
            event for state in chart.ordered(active) for event in chart.states[state].events
        )
    )
    listed = ", ".join(accepted) if accepted else "none"
    raise EventNotAcceptedError(
        f"The machine takes no event “{name}” now. Accepted are: {listed}.",
        extra={"accepted": accepted, "states": chart.ordered(active)},
    )


def _invalid(field: str, message: str, hint: str, code: str) -> InvalidInputError:
    return InvalidInputError(message, errors=[FieldError(field, message, hint, code)])
