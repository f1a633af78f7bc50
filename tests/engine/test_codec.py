"""What the codec writes it reads back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from workflows_app.core import events as core_events
from workflows_app.core.events import ErrorInfo, TimerKind
from workflows_app.core.json_text import dumps
from workflows_app.core.loops import LoopExits
from workflows_app.core.state import ActiveNode, JoinRound, NodeStatus, RunState, RunStatus
from workflows_app.core.statechart.state import (
    AgendaItem,
    Doing,
    MachineEvent,
    MachineState,
    Question,
)
from workflows_app.store.codec import (
    ABSENT,
    ProgressTold,
    Report,
    event_from_json,
    event_to_json,
    report_from_json,
    report_to_json,
    state_from_json,
    state_to_json,
)

names = st.text("abcXYZ_é", min_size=1, max_size=5)
numbers = st.integers(0, 10_000)
counts = st.integers(1, 99)
times = st.floats(0, 4e9)
keys = st.tuples(names, counts)
port_lists = st.lists(names, max_size=3).map(tuple)
edges = st.lists(numbers, max_size=4).map(tuple)
actives = st.builds(
    ActiveNode,
    node=names,
    visit=counts,
    attempt=counts,
    status=st.sampled_from(NodeStatus),
    crashes=st.integers(0, 3),
    pardoned=st.integers(0, 3),
    is_uncertain=st.booleans(),
)
machine_events = st.builds(
    MachineEvent, name=names, signal_id=names | st.just(""), node=names, visit=counts
)
machines = st.builds(
    MachineState,
    agenda=st.lists(
        st.builds(AgendaItem, doing=st.sampled_from(Doing), id=names, via=names), max_size=4
    ).map(tuple),
    internal=st.lists(machine_events, max_size=2).map(tuple),
    external=st.lists(machine_events, max_size=2).map(tuple),
    event=st.none() | machine_events,
    question=st.none() | st.builds(Question, is_for_event=st.booleans(), transitions=port_lists),
    is_stable=st.booleans(),
    is_done=st.booleans(),
    history=st.dictionaries(names, port_lists, max_size=2),
    data=st.dictionaries(names, keys, max_size=3),
    delays=st.lists(keys, max_size=2).map(tuple),
    block=names | st.just(""),
    steps=numbers,
)
states = st.builds(
    RunState,
    status=st.none() | st.sampled_from(RunStatus),
    active=st.lists(actives, max_size=5).map(lambda found: {(a.node, a.visit): a for a in found}),
    joins=st.dictionaries(
        names,
        st.lists(
            st.builds(JoinRound, live=edges, dead=edges, is_fired=st.booleans()), max_size=3
        ).map(tuple),
        max_size=3,
    ),
    visits=st.dictionaries(names, counts, max_size=3),
    iterations=st.dictionaries(numbers, counts, max_size=3),
    passed=port_lists,
    exits=st.builds(
        LoopExits,
        withheld=st.lists(st.tuples(numbers, numbers), max_size=4).map(tuple),
        taken=edges,
    ),
    signals=st.lists(st.tuples(names, names), max_size=3).map(tuple),
    consumed_signals=port_lists,
    ends=st.lists(keys, max_size=3).map(tuple),
    reusable=st.dictionaries(keys, port_lists, max_size=3),
    machine=machines,
    failure=st.none() | keys,
    undoable=st.lists(keys, max_size=3).map(tuple),
    is_past_pivot=st.booleans(),
    undo_outcome=st.none() | st.sampled_from(RunStatus),
)
errors = st.builds(
    ErrorInfo,
    type=names,
    message=names,
    is_final=st.booleans(),
    is_retryable=st.booleans(),
    retry_after=st.none() | times,
    is_uncertain=st.booleans(),
)
at_node = {"node": names, "visit": counts, "attempt": counts, "at": times}
events = st.one_of(
    st.builds(
        core_events.RunStarted, at=times, reusable=st.dictionaries(keys, port_lists, max_size=3)
    ),
    st.builds(core_events.NodeStarted, **at_node),
    st.builds(core_events.NodeWaiting, **at_node, until=st.none() | times),
    st.builds(core_events.NodeCompleted, **at_node, ports=port_lists, is_memoized=st.booleans()),
    st.builds(core_events.NodeFailed, **at_node, error=errors, chance=times),
    st.builds(core_events.WorkerLost, **at_node),
    st.builds(
        core_events.AttentionResolved,
        **at_node,
        choice=st.sampled_from(core_events.Choice),
        note=names,
        by=names,
    ),
    st.builds(core_events.TimerFired, kind=st.sampled_from(TimerKind), **at_node, chance=times),
    st.builds(core_events.SignalReceived, name=names, signal_id=names, at=times),
    st.builds(core_events.CancelRequested, at=times, reason=names),
    st.builds(core_events.PauseRequested, at=times),
    st.builds(core_events.ResumeRequested, at=times),
    st.builds(ProgressTold, **at_node, done=times, total=st.none() | times, text=names),
)


def _through_json(value):
    return json.loads(dumps(value))


@given(states)
def test_states_come_back_as_they_were(state):
    assert state_from_json(_through_json(state_to_json(state))) == state


@given(events)
def test_events_come_back_as_they_were(event):
    back = event_from_json(_through_json(event_to_json(event)))
    assert back == event
    assert type(back) is type(event)


@given(events, names, st.just(ABSENT) | st.none() | st.dictionaries(names, numbers))
def test_reports_come_back_without_their_output(event, worker, given_input):
    report = Report(event, worker=worker, input=given_input, output="big")
    assert report_from_json(_through_json(report_to_json(report))) == Report(
        event, worker=worker, input=given_input
    )


def test_the_state_of_a_run_that_is_over_is_small():
    state = RunState(status=RunStatus.SUCCEEDED, ends=(("end", 1),))
    assert dumps(state_to_json(state)) == '{"s":"succeeded","e":[["end",1]]}'


def test_integers_beyond_64_bits_may_stand_beside_ids_and_times():
    written = {"id": UUID(int=1), "at": datetime(2030, 1, 1, tzinfo=UTC), "n": 1}
    assert json.loads(dumps(written)) == json.loads(dumps({**written, "n": 10**400})) | {"n": 1}


def test_integers_beyond_64_bits_are_kept():
    assert json.loads(dumps({"n": 2**80})) == {"n": 2**80}
