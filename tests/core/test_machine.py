"""Given these events, a machine is in these states and has done this."""

from __future__ import annotations

import pytest

from tests.core.machine_world import MachineWorld
from tests.core.machines import act, compound, final, history, machine, on, parallel, state
from workflows_app.core.commands import ClearTimers
from workflows_app.core.events import (
    CancelRequested,
    NodeCompleted,
    PauseRequested,
    ResumeRequested,
    TimerFired,
    TimerKind,
    WorkerLost,
)
from workflows_app.core.replay import replay
from workflows_app.core.state import NodeStatus, RunStatus
from workflows_app.core.statechart.turn import MAX_STEPS

LIGHT = machine(
    state("red", on("go", "green")),
    state("green", on("go", "red"), on("stop", "off")),
    final("off"),
)


def log(action_id: str) -> dict:
    return act(action_id, "log", message="x")


def raised(action_id: str, event: str) -> dict:
    return act(action_id, "raise", event=event)


def test_a_machine_waits_in_its_initial_state():
    world = MachineWorld.of(LIGHT)
    assert world.states == ["red"]
    assert world.state.status is RunStatus.WAITING
    assert world.rows == {("red", 1): NodeStatus.WAITING}
    assert world.types() == ["run.started", "node.waiting red", "run.waiting"]


def test_an_event_leads_to_the_next_state_and_says_along_which_transition():
    world = MachineWorld.of(LIGHT)
    decision = world.hear("go")
    assert world.states == ["green"]
    assert [(entry.type, entry.node) for entry in decision.journal] == [
        ("signal.received", ""),
        ("transition.taken", "red"),
        ("node.succeeded", "red"),
        ("node.waiting", "green"),
    ]
    assert world.ports["red", 1] == ("red_t_go_green",)
    assert decision.journal[1].data == {
        "transition": "red_t_go_green",
        "event": "go",
        "targets": ["green"],
    }


def test_a_state_that_is_entered_again_is_visited_again():
    world = MachineWorld.of(LIGHT)
    world.hear("go")
    world.hear("go")
    assert world.rows["red", 1] is NodeStatus.SUCCEEDED
    assert world.rows["red", 2] is NodeStatus.WAITING


def test_a_final_state_at_the_top_ends_the_run():
    world = MachineWorld.of(LIGHT)
    world.hear("go")
    world.hear("stop")
    assert world.state.status is RunStatus.SUCCEEDED
    assert world.state.ends == (("off", 1),)
    assert world.statuses() == {"red": "succeeded", "green": "succeeded", "off": "succeeded"}


def test_an_event_that_no_transition_is_for_is_told_as_ignored():
    world = MachineWorld.of(LIGHT)
    world.hear("stop")
    assert world.states == ["red"]
    assert world.types()[-2:] == ["signal.received", "event.ignored"]


def test_a_repeated_event_changes_nothing():
    world = MachineWorld.of(LIGHT)
    world.hear("go", "same")
    assert world.hear("go", "same").is_empty
    assert world.states == ["green"]


def test_descriptors_match_whole_words_from_the_beginning():
    world = MachineWorld.of(
        machine(
            state("a", on("order", "b")), state("b", on("pay.*", "c")), state("c", on("*", "a"))
        )
    )
    world.hear("orders")
    assert world.states == ["a"]
    world.hear("order.paid")
    world.hear("payment")
    assert world.states == ["b"]
    world.hear("pay")
    world.hear("anything.at.all")
    assert world.states == ["a"]


def test_a_repeated_event_that_still_waits_changes_nothing():
    world = MachineWorld.of(machine(state("a", on("e"), entry=[act("work")])))
    for number in range(100):
        world.hear("e", f"s{number}")
    assert world.hear("e", "s0").is_empty
    world.do("work")
    assert world.path().count("~a_t_e") == 100


# Actions


ACTING = machine(
    state(
        "a",
        on("go", "b", actions=[act("ship")]),
        exit=[act("pack")],
    ),
    state("b", on("go", "a"), on("error.tell", "broken"), entry=[act("tell"), act("thank")]),
    state("broken", on("error", "a")),
)


def test_actions_run_one_after_the_other_on_exit_transition_and_entry():
    world = MachineWorld.of(ACTING)
    world.hear("go")
    assert (world.states, world.acting) == (["a"], ["pack"])
    assert world.state.status is RunStatus.RUNNING
    world.do("pack")
    assert (world.states, world.acting) == ([], ["ship"])
    world.do("ship")
    assert (world.states, world.acting) == (["b"], ["tell"])
    world.do("tell")
    world.do("thank")
    assert (world.states, world.acting) == (["b"], [])
    assert world.state.status is RunStatus.WAITING
    assert world.path() == ["+a", "~a_t_go_b", "pack", "-a", "ship", "+b", "tell", "thank"]


def test_events_queue_while_actions_run():
    world = MachineWorld.of(ACTING)
    world.hear("go")
    world.hear("go")
    world.do("pack")
    world.do("ship")
    world.do("tell")
    assert world.states == ["b"]
    world.do("thank")
    assert world.states == ["a"]


def test_a_failed_action_ends_its_block_and_raises_an_error():
    world = MachineWorld.of(ACTING)
    world.hear("go")
    world.do("pack")
    world.do("ship")
    world.break_("tell")
    assert world.states == ["broken"]
    assert ("thank", 1) not in world.rows


def test_an_error_that_nobody_hears_fails_the_run_with_the_actions_failure():
    world = MachineWorld.of(ACTING)
    world.hear("go")
    world.break_("pack")
    world.do("ship")
    world.do("tell")
    world.do("thank")
    assert world.state.status is RunStatus.FAILED
    assert world.state.failure == ("pack", 1)
    assert world.closed is not None
    assert world.closed.failed_node == "pack"


def test_an_error_that_nobody_heard_before_the_end_fails_the_run():
    world = MachineWorld.of(machine(state("a", on("go", "z")), final("z", entry=[act("mail")])))
    world.hear("go")
    world.break_("mail")
    assert world.state.status is RunStatus.FAILED
    assert world.state.failure == ("mail", 1)


def test_an_action_that_may_fail_counts_as_done():
    mail = {**act("mail"), "on_error": "continue"}
    world = MachineWorld.of(machine(state("a", on("go", "z")), final("z", entry=[mail])))
    world.hear("go")
    world.break_("mail")
    assert world.state.status is RunStatus.SUCCEEDED


def test_actions_are_retried_and_lost_ones_run_again():
    mail = {**act("mail"), "retry": {"max_attempts": 2}, "timeout_seconds": 5}
    world = MachineWorld.of(machine(state("a", on("go", "b"), entry=[mail]), state("b")))
    attempt = world.begin_node("mail")
    world.send(WorkerLost("mail", 1, attempt, world.now))
    world.fail("mail")
    world.fire("retry", "mail", 1)
    assert world.state.active["mail", 1].attempt == 3
    world.begin_node("mail")
    world.fire("node_timeout", "mail", 1)
    assert world.state.status is RunStatus.FAILED


def test_a_late_result_of_an_action_changes_nothing():
    world = MachineWorld.of(ACTING)
    world.hear("go")
    world.do("pack")
    assert world.send(NodeCompleted("pack", 1, 1, world.now)).is_empty


def test_assign_says_which_node_run_holds_the_value():
    set_total = act("set_total", "assign", data={"total": "${ data.total + 1 }"})
    world = MachineWorld.of(
        machine(state("a", on("add", actions=[set_total])), data={"total": 0, "other": 1})
    )
    assert world.state.machine.data == {"total": ("_data", 1), "other": ("_data", 1)}
    world.hear("add")
    world.hear("add")
    assert world.state.machine.data == {"total": ("set_total", 2), "other": ("_data", 1)}


def test_raised_events_are_heard_before_those_from_outside():
    world = MachineWorld.of(
        machine(
            state("a", on("go", "b"), on("other", "x")),
            state("b", on("inner", "c"), on("go", "x"), entry=[act("work"), raised("r", "inner")]),
            state("c", on("go", "d")),
            state("d"),
            state("x"),
        )
    )
    world.hear("go")
    world.hear("go")
    assert world.states == ["b"]
    world.do("work")
    assert world.states == ["d"]


def test_sent_events_are_heard_after_those_that_came_before():
    sent = act("s", "send", event="sent")
    world = MachineWorld.of(
        machine(
            state("a", on("go", "b")),
            state("b", on("sent", "x"), on("go", "c"), entry=[act("work"), sent]),
            state("c", on("sent", "d")),
            state("d"),
            state("x"),
        )
    )
    world.hear("go")
    world.hear("go")
    world.do("work")
    assert world.states == ["d"]


def test_people_can_be_asked_on_the_way_in():
    world = MachineWorld.of(
        machine(
            state("a", on("go", "b")),
            state("b", on("go", "c"), entry=[act("ask", "human")]),
            state("c"),
        )
    )
    world.hear("go")
    world.begin_node("ask")
    assert world.state.status is RunStatus.WAITING
    world.hear("go")
    assert world.states == ["b"]
    world.do("ask", "approved")
    assert world.states == ["c"]


# Guards


def test_the_first_transition_whose_guard_holds_is_taken():
    chart = machine(
        state(
            "a",
            on("go", "b", id="one", guard="${ 1 }"),
            on("go", "c", id="two", guard="${ 2 }"),
            on("go", "d", id="three"),
        ),
        state("b"),
        state("c"),
        state("d"),
    )
    for guards, found in (
        ({}, "d"),
        ({"a_two": True}, "c"),
        ({"a_one": True, "a_two": True}, "b"),
        ({"a_two": True, "a_three": False}, "c"),
    ):
        world = MachineWorld.of(chart, **guards)
        world.hear("go")
        assert world.states == [found]
        assert world.asked == [("a_one", "a_two")]


def test_a_guard_without_result_counts_as_false_and_raises_an_error():
    world = MachineWorld.of(
        machine(
            state("a", on("go", "b", guard="${ 1 }"), on("error.a_t_go_b", "c")),
            state("b"),
            state("c"),
        ),
        a_t_go_b=None,
    )
    world.hear("go")
    assert world.states == ["c"]


def test_a_guard_without_result_that_nobody_hears_of_fails_the_run():
    world = MachineWorld.of(
        machine(state("a", on("go", "b", guard="${ 1 }")), state("b")), a_t_go_b=None
    )
    world.hear("go")
    assert world.closed is not None
    assert world.closed.error is not None
    assert world.closed.error.type == "GuardFailed"
    assert world.closed.error.message == "The guard of “a_t_go_b” is neither true nor false."


def test_a_broken_guard_behind_the_transition_that_is_taken_is_not_looked_at():
    world = MachineWorld.of(
        machine(
            state("a", on("go", "b"), on("go", "c", id="late", guard="${ 1 }")),
            state("b"),
            state("c"),
        ),
        a_late=None,
    )
    world.hear("go")
    assert (world.states, world.state.status) == (["b"], RunStatus.WAITING)


def test_transitions_without_event_are_taken_as_soon_as_their_guard_holds():
    world = MachineWorld.of(
        machine(
            state("a", on(None, "b", guard="${ 1 }"), on("look")),
            state("b", on(None, "c")),
            state("c"),
        )
    )
    assert world.states == ["a"]
    world.guards["a_t_always_b"] = True
    world.hear("look")
    assert world.states == ["c"]


def test_a_machine_that_does_not_come_to_rest_fails():
    world = MachineWorld.of(machine(state("a", on(None, "b")), state("b", on(None, "a"))))
    assert world.closed is not None
    assert world.closed.error is not None
    assert world.closed.error.type == "MachineLoop"
    assert str(f"{MAX_STEPS:,}") in world.closed.error.message


# Nesting


PLAYER = machine(
    compound(
        "on_",
        state("idle", on("play", "playing")),
        compound("playing", state("first", on("next", "second")), state("second")),
        history("before", "idle"),
        history("deep_before", "idle", depth="deep"),
        out=(on("off", "off"), on("restart", "on_"), on("inner", "idle", internal=True)),
    ),
    state("off", on("on", "before"), on("deep", "deep_before")),
)


def test_entering_a_compound_state_enters_its_initial_state():
    world = MachineWorld.of(PLAYER)
    assert world.states == ["on_", "idle"]
    world.hear("play")
    assert world.states == ["on_", "playing", "first"]


def test_shallow_history_remembers_the_child_and_deep_history_all_the_way_down():
    world = MachineWorld.of(PLAYER)
    world.hear("play")
    world.hear("next")
    world.hear("off")
    world.hear("on")
    assert world.states == ["on_", "playing", "first"]
    world.hear("next")
    world.hear("off")
    world.hear("deep")
    assert world.states == ["on_", "playing", "second"]


def test_history_without_memory_leads_to_its_default():
    world = MachineWorld.of({**PLAYER, "initial": "off"})
    world.hear("on")
    assert world.states == ["on_", "idle"]


def test_what_is_left_for_a_history_that_is_remembered_by_it_is_entered_again():
    regions = parallel(
        "both",
        compound("region", state("inner", on("again", "before"))),
        history("before", "region", depth="deep"),
    )
    world = MachineWorld.of(machine(regions))
    for _ in range(2):
        world.hear("again")
        assert world.states == ["both", "region", "inner"]


def test_an_external_transition_leaves_its_source_and_an_internal_one_does_not():
    world = MachineWorld.of(PLAYER)
    world.hear("play")
    world.hear("inner")
    assert world.path()[-4:] == ["~on__t_inner_idle", "-first", "-playing", "+idle"]
    world.hear("restart")
    assert world.path()[-5:] == ["~on__t_restart_on_", "-idle", "-on_", "+on_", "+idle"]


def test_an_inner_transition_goes_before_an_outer_one():
    world = MachineWorld.of(
        machine(
            compound("p", state("a", on("go", "b")), state("b"), out=[on("go", "x")]), state("x")
        )
    )
    world.hear("go")
    assert world.states == ["p", "b"]
    world.hear("go")
    assert world.states == ["x"]


SIDES = machine(
    parallel(
        "both",
        compound("left", state("l1", on("go", "l2"), on("out", "end")), final("l2")),
        compound("right", state("r1", on("go", "r2"), on("fin", "r2")), final("r2")),
        out=[{"id": "done", "done": True, "targets": ["end"]}],
    ),
    state("end"),
)


def test_all_children_of_a_parallel_state_are_active_and_each_hears_the_event():
    world = MachineWorld.of(SIDES)
    assert world.states == ["both", "left", "l1", "right", "r1"]
    world.hear("fin")
    assert world.states == ["both", "left", "l1", "right", "r2"]
    world.hear("go")
    assert world.states == ["end"]


def test_a_transition_out_of_one_child_leaves_the_whole_parallel_state():
    world = MachineWorld.of(SIDES)
    world.hear("out")
    assert world.states == ["end"]
    assert world.path()[5:] == ["~l1_t_out_end", "-r1", "-right", "-l1", "-left", "-both", "+end"]


def test_of_two_transitions_that_cannot_be_taken_together_the_first_is_taken():
    world = MachineWorld.of(
        machine(
            parallel("both", state("l", on("go", "x")), state("r", on("go", "y"))),
            state("x"),
            state("y"),
        )
    )
    world.hear("go")
    assert world.states == ["x"]


def test_a_completed_state_tells_what_its_final_state_carries():
    world = MachineWorld.of(
        machine(
            compound(
                "work",
                state("a", on("go", "ok")),
                final("ok", output="${ input }"),
                out=[{"id": "done", "done": True, "targets": ["z"], "actions": [act("use")]}],
            ),
            final("z", output="${ nodes.use }"),
        )
    )
    world.hear("go")
    event = world.state.machine.event
    assert event is not None
    assert (event.name, event.node, event.visit) == ("done.state.work", "_output_3", 1)
    world.do("use")
    assert world.state.ends == (("_output_4", 1),)
    assert world.state.status is RunStatus.SUCCEEDED


# Time


WAITING = machine(
    state(
        "a",
        on("go", "b"),
        {"id": "soon", "after": 10, "actions": [log("reminder")]},
        {"id": "late", "after": 60, "targets": ["b"]},
    ),
    state("b", on("back", "a")),
)


def test_a_delay_that_is_over_takes_its_transition():
    world = MachineWorld.of(WAITING)
    assert world.due == {("delay", "a_soon", 1): 1_010.0, ("delay", "a_late", 1): 1_060.0}
    world.elapse("a_soon")
    assert world.states == ["a"]
    assert world.path() == ["+a", "~a_soon", "reminder"]
    world.elapse("a_late")
    assert world.states == ["b"]


def test_a_state_tells_until_when_it_waits_at_most():
    world = MachineWorld.of(WAITING)
    entered = next(r.entry for r in world.journal if r.entry.type == "node.waiting")
    assert entered.data["until"] == 1_010.0


def test_leaving_a_state_clears_its_delays():
    world = MachineWorld.of(WAITING)
    decision = world.hear("go")
    assert [c for c in decision.commands if isinstance(c, ClearTimers)] == [
        ClearTimers("a_soon", 1),
        ClearTimers("a_late", 1),
    ]
    assert world.timers == {}
    assert world.send(TimerFired(TimerKind.DELAY, world.now, "a_soon", 1, 1)).is_empty


def test_a_delay_fires_once():
    world = MachineWorld.of(WAITING)
    world.elapse("a_soon")
    assert world.send(TimerFired(TimerKind.DELAY, world.now, "a_soon", 1, 1)).is_empty


def test_a_delay_that_ends_while_actions_run_is_heard_if_its_state_is_still_active():
    world = MachineWorld.of(
        machine(
            state(
                "a", {"id": "late", "after": 5, "targets": ["x"]}, on("go", "b", actions=[act("w")])
            ),
            state("b"),
            state("x"),
        )
    )
    world.hear("go")
    assert world.timers == {}, "the state was left before the transition's action began"
    world.do("w")
    assert world.states == ["b"]


def test_a_delay_that_ends_while_an_exit_action_runs_is_forgotten():
    world = MachineWorld.of(
        machine(
            state(
                "a", {"id": "late", "after": 5, "targets": ["x"]}, on("go", "b"), exit=[act("w")]
            ),
            state("b"),
            state("x"),
        )
    )
    world.hear("go")
    world.elapse("a_late")
    world.do("w")
    assert world.states == ["b"]
    assert world.state.machine.external == ()


def test_a_delayed_event_is_sent_even_when_its_state_was_left():
    later = act("later", "send", event="ping", delay_seconds=30)
    world = MachineWorld.of(
        machine(state("a", on("go", "b"), entry=[later]), state("b", on("ping", "c")), state("c"))
    )
    world.hear("go")
    world.elapse("later")
    assert world.states == ["c"]


def test_a_delayed_event_can_be_given_up():
    later = act("later", "send", event="ping", delay_seconds=30)
    world = MachineWorld.of(
        machine(
            state("a", on("no", "b", actions=[act("stop", "cancel", send="later")]), entry=[later]),
            state("b", on("ping", "c")),
            state("c"),
        )
    )
    world.hear("no")
    assert world.timers == {}
    assert world.send(TimerFired(TimerKind.DELAY, world.now, "later", 1, 1)).is_empty


# The run


def test_a_paused_machine_hears_events_when_it_resumes():
    world = MachineWorld.of(LIGHT)
    world.send(PauseRequested(world.now))
    world.hear("go")
    assert world.states == ["red"]
    world.send(ResumeRequested(world.now))
    assert world.states == ["green"]


def test_an_action_that_is_reached_while_paused_is_held():
    world = MachineWorld.of(ACTING)
    world.hear("go")
    world.begin_node("pack")
    world.send(PauseRequested(world.now))
    world.do("pack")
    assert world.states == ["a"]
    world.send(ResumeRequested(world.now))
    assert world.acting == ["ship"]


def test_cancelling_leaves_no_state_active():
    world = MachineWorld.of(ACTING)
    world.hear("go")
    world.send(CancelRequested(world.now))
    assert world.state.status is RunStatus.CANCELLED
    assert set(world.rows.values()) == {NodeStatus.CANCELLED}


@pytest.mark.parametrize("chart", [LIGHT, ACTING, PLAYER, SIDES, WAITING])
def test_the_journal_leads_to_the_same_state_again(chart):
    world = MachineWorld.of(chart)
    for name in ("go", "play", "next", "off", "deep", "go", "back"):
        world.hear(name)
        for action in list(world.acting):
            world.do(action)
    assert replay(world.plan, world.journal) == world.state
