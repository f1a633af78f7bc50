"""What is wrong with a machine, where, and how to mend it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.catalog import CATALOG
from tests.core.documents import chain, node
from tests.core.machines import (
    ORDER,
    act,
    compound,
    final,
    history,
    machine,
    on,
    parallel,
    state,
)
from workflows_app.core.canvas import canvas_of
from workflows_app.core.problems import Problem
from workflows_app.core.validate import validate_document


def problems(data: dict[str, Any]) -> list[Problem]:
    return validate_document(data, CATALOG)


def only(data: dict[str, Any]) -> Problem:
    found = problems(data)
    assert len(found) == 1, found
    return found[0]


def test_the_order_machine_has_no_problems():
    assert problems(ORDER) == []


def test_a_machine_without_states_is_empty():
    found = only(machine())
    assert (found.code, found.field) == ("empty_document", "states")


def test_a_single_state_is_enough():
    assert problems(machine(state("a"))) == []


def test_a_machine_needs_an_initial_state():
    found = only({**machine(state("a")), "initial": None})
    assert (found.code, found.field) == ("initial_missing", "initial")
    assert found.message == "The machine does not say in which state it begins."


def test_an_unknown_initial_state_is_named_with_the_one_that_was_meant():
    found = only({**machine(state("pending")), "initial": "pendign"})
    assert (found.code, found.hint) == ("unknown_state", "Did you mean “pending”?")


def test_a_compound_state_begins_within_itself():
    found = problems(machine(compound("a", state("b"), initial="c"), state("c", on("x", "a"))))
    assert [(p.code, p.node_id, p.field) for p in found] == [("unknown_state", "a", "initial")]


def test_a_compound_state_without_initial_or_children_is_refused():
    assert only(machine(state("a", type="compound"))).code == "children_missing"
    found = only(machine(state("a", type="compound", children=[state("b")], initial=None)))
    assert (found.code, found.node_id) == ("initial_missing", "a")


def test_a_transition_to_an_unknown_state_names_transition_and_field():
    found = only(machine(state("a", on("go", "bb")), state("b", on("x", "a")), initial="b"))
    assert (found.code, found.node_id, found.edge_id, found.field) == (
        "unknown_state",
        "a",
        "a_t_go_bb",
        "targets.0",
    )


def test_ids_are_unique_among_states_transitions_and_actions():
    found = only(machine(state("a", {"id": "b", "event": "x"}), state("a_b")))
    assert (found.code, found.message) == (
        "duplicate_id",
        "2 states, transitions or actions have the id “a_b”.",
    )


def test_a_state_that_nothing_leads_to_is_refused():
    found = only(machine(state("a"), state("b")))
    assert (found.code, found.node_id) == ("unreachable_state", "b")


def test_a_state_without_a_way_to_a_final_one_is_warned_of():
    found = only(machine(state("a", on("go", "z"), on("lost", "trap")), state("trap"), final("z")))
    assert (found.code, found.severity, found.node_id) == ("trapping_state", "warning", "trap")


def test_a_region_that_waits_for_the_others_is_no_trap():
    both = parallel(
        "both",
        compound("l", state("l1", on("a", "l2")), final("l2")),
        compound("r", state("r1", on("b", "r2")), final("r2")),
        out=[{"id": "done", "done": True, "targets": ["z"]}],
    )
    assert problems(machine(both, final("z"))) == []


@pytest.mark.parametrize(
    "wrong, code, field",
    [
        (state("a", children=[state("b")], type="atomic"), "not_in_this_state", "children"),
        (final("a", transitions=[{"id": "t", "event": "x"}]), "not_in_this_state", "transitions"),
        (state("a", {"id": "t", "event": "x", "after": 1}), "several_triggers", "after"),
        (state("a", {"id": "t", "done": True, "targets": ["a"]}), "never_done", "done"),
        (state("a", {"id": "t"}), "endless_transition", "targets"),
        (state("a", on("x", guard="input.ok")), "expression_type", "guard"),
        (state("a", on("x", guard="${ 1 + 1 }")), "expression_type", "guard"),
        (state("a", on("x", guard="${ data.totl > 1 }")), "unknown_name", "guard"),
        (state("a", on("x", guard="${ nodes.nobody }")), "unknown_name", "guard"),
        (state("a", on("x", guard="${ event.nam == 'x' }")), "unknown_name", "guard"),
        (state("a", on("x", guard="${ 1 + }")), "expression_invalid", "guard"),
        (state("a", entry=[act("e", "task:gone")]), "unknown_node_type", "type"),
        (state("a", entry=[act("e", "gate")]), "type_not_in_machine", "type"),
        (
            state("a", entry=[act("e", "assign", data={"totl": 1})]),
            "unknown_name",
            "config.data.totl",
        ),
        (
            state("a", entry=[act("e", "assign", data="${ input }")]),
            "config_invalid",
            "config.data",
        ),
        (state("a", entry=[act("e", "assign", data={})]), "config_invalid", "config.data"),
        (state("a", entry=[act("e", "raise", event="a b")]), "config_invalid", "config.event"),
        (state("a", entry=[act("e", "cancel", send="e")]), "unknown_name", "config.send"),
        (final("a", output="${ nope }"), "unknown_name", "output"),
    ],
)
def test_what_is_wrong_with_a_state_names_the_field(wrong, code, field):
    found = problems(machine(wrong, data={"total": 0}))
    assert [(p.code, p.field) for p in found if p.is_error] == [(code, field)]
    assert all(p.hint for p in found)


def test_first_values_of_variables_read_no_variables():
    found = only(machine(state("a"), data={"x": 1, "y": "${ data.x }"}))
    assert (found.code, found.field, found.node_id) == ("unknown_name", "data.y", None)


def test_history_needs_a_default_within_its_parent_and_a_parent():
    on_ = compound("on_", state("b"), history("h"))
    found = problems(machine(on_, state("off", on("x", "h")), initial="on_"))
    assert {(p.code, p.node_id) for p in found} == {("history_without_default", "h")}
    on_ = compound("on_", state("b", on("y", "off")), history("h", "off"))
    found = problems(machine(on_, state("off", on("x", "h"))))
    assert [(p.code, p.field) for p in found] == [("unknown_state", "default.0")]
    on_ = compound("on_", state("b", on("y", "off")), history("h", "h"))
    found = problems(machine(on_, state("off", on("x", "h"))))
    assert [(p.code, p.field) for p in found] == [("unknown_state", "default.0")]
    assert "history_outside" in {p.code for p in problems(machine(state("a"), history("h", "a")))}


def test_a_final_state_does_not_lie_directly_in_a_parallel_one():
    found = problems(machine(parallel("p", state("a"), final("z"))))
    assert [(p.code, p.node_id) for p in found] == [("final_in_parallel", "z")]


def test_targets_that_exclude_each_other_are_refused():
    found = only(machine(state("a", on("go", "b", "c")), state("b"), state("c")))
    assert (found.code, found.related) == ("targets_exclude_each_other", ("b", "c"))


def test_the_second_transition_for_an_event_without_guard_is_warned_of():
    twice = state("a", on("go", "b"), on("go", "c", guard="${ true }"))
    found = only(machine(twice, state("b"), state("c")))
    assert (found.code, found.severity, found.related) == ("never_taken", "warning", ("a_t_go_b",))
    assert found.edge_id == "a_t_go_c"


def test_transitions_in_a_circle_that_wait_for_nothing_are_warned_of():
    found = only(machine(state("a", on(None, "b")), state("b", on(None, "a"))))
    assert (found.code, found.severity, found.node_id) == ("endless_transitions", "warning", "a")
    guarded = machine(state("a", on(None, "b", guard="${ true }")), state("b", on(None, "a")))
    assert problems(guarded) == []


def test_machine_names_do_not_exist_in_graphs():
    found = only(chain(node("a", x="${ event.name }")))
    assert (found.code, found.message) == (
        "unknown_name",
        "The name “event” exists only in state machines.",
    )


def test_the_canvas_shows_states_in_each_other_and_transitions_between_them():
    drawn = canvas_of(ORDER, CATALOG)
    packing = next(node for node in drawn["nodes"] if node["id"] == "packing")
    assert (packing["type"], packing["parent"]) == ("state.atomic", "approved")
    assert packing["ports"] == [
        {"id": "packing_t_packed_ready", "label": "packed", "kind": "normal"}
    ]
    ship = next(edge for edge in drawn["edges"] if edge["source_port"] == "approved_t_ship_shipped")
    assert (ship["source"], ship["target"]) == ("approved", "shipped")
    assert ship["label"] == "ship [${ data.weight <= 30 }]"
    assert drawn["layout"]["nodes"]["pending"]["width"] == 160
    assert [(a["id"], a["title"], a["state"], a["when"]) for a in drawn["actions"]] == [
        ("reminder", "Log", "approved", "approved_remind"),
        ("reserve", "Any", "packing", "entry"),
    ]
