"""Parallel groups with a bound: no more branches are under way at once than may be."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.core.catalog import CATALOG
from tests.core.documents import pipeline, step
from tests.core.test_decide_laws import ROUNDS
from tests.core.world import World
from workflows_app.core.compile import compile_document
from workflows_app.core.events import CancelRequested, PauseRequested, ResumeRequested
from workflows_app.core.state import CLOSED, NodeStatus


def group(name: str, *branches: list[Any], at_once: int | None = None) -> dict[str, Any]:
    return {"step": "parallel", "id": name, "branches": list(branches), "max_concurrency": at_once}


def choice(name: str, then: list[Any], otherwise: list[Any]) -> dict[str, Any]:
    ways = {"then": then, "otherwise": otherwise}
    return {"step": "conditional", "id": name, "condition": "${ true }", **ways}


def begun(*steps: dict[str, Any]) -> World:
    world = World(compile_document(pipeline(*steps), CATALOG)).begin()
    settle(world)
    return world


def settle(world: World) -> None:
    """Carry out what the engine does itself; choices take their first way."""
    while own := [
        key for key in world.startable if not key[0][0].isalpha() or key[0] in {"if", "both", "in"}
    ]:
        node = own[0][0]
        world.complete(node, "then" if node == "if" else "out")


def ready(world: World) -> set[str]:
    """The tasks that workers may begin, or have begun."""
    return {
        active.node
        for active in world.state.active.values()
        if active.status is not NodeStatus.HELD
    }


def finish(world: World, *nodes: str) -> None:
    for node in nodes:
        world.complete(node)
        settle(world)


def four(at_once: int | None) -> World:
    return begun(group("both", *([step(name)] for name in "abcd"), at_once=at_once), step("z"))


def test_without_a_bound_all_begin_at_once():
    assert ready(four(None)) == set("abcd")


def test_with_one_the_next_begins_as_another_ends():
    world = four(2)
    assert ready(world) == {"a", "b"}
    finish(world, "b")
    assert ready(world) == {"a", "c"}
    finish(world, "a", "c")
    assert ready(world) == {"d"}
    finish(world, "d")
    assert ready(world) == {"z"}


def test_a_branch_that_has_begun_goes_on_before_others_begin():
    world = begun(group("both", [step("a"), step("a2")], [step("b")], at_once=1))
    finish(world, "a")
    assert ready(world) == {"a2"}
    finish(world, "a2")
    assert ready(world) == {"b"}


def test_a_choice_within_a_branch_is_part_of_it():
    inner = choice("if", [step("a")], [step("x")])
    world = begun(group("both", [inner, step("a2")], [step("b")], at_once=1))
    assert ready(world) == {"a"}
    finish(world, "a")
    assert ready(world) == {"a2"}


def test_groups_within_groups_are_bounded_both():
    inner = group("in", [step("a")], [step("b")], [step("c")], at_once=2)
    world = begun(group("both", [inner], [step("d")], at_once=1))
    assert ready(world) == {"a", "b"}
    finish(world, "a")
    assert ready(world) == {"b", "c"}
    finish(world, "b", "c")
    assert ready(world) == {"d"}


def test_a_failed_attempt_keeps_its_place_until_it_is_repeated():
    again = {**step("a"), "retry": {"max_attempts": 2}}
    world = begun(group("both", [again], [step("b")], at_once=1))
    world.fail("a")
    settle(world)
    assert ready(world) == {"a"}


def test_a_pause_keeps_what_has_not_begun_and_resuming_keeps_the_bound():
    world = four(2)
    world.send(PauseRequested(world.now))
    assert ready(world) == set()
    world.send(ResumeRequested(world.now))
    assert ready(world) == {"a", "b"}
    world.send(CancelRequested(world.now))
    assert world.state.status in CLOSED


@given(st.lists(st.integers(1, 3), min_size=1, max_size=6), st.integers(1, 4), st.randoms())
@ROUNDS
def test_whatever_ends_first_the_bound_holds_and_all_are_done(lengths, at_once, random):
    branches = [
        [step(f"s{lane}_{place}") for place in range(length)] for lane, length in enumerate(lengths)
    ]
    world = begun(group("both", *branches, at_once=at_once))
    done = 0
    while world.state.status not in CLOSED:
        under_way = sorted(ready(world))
        lanes = {node.split("_")[0] for node in under_way}
        assert 0 < len(lanes) <= at_once
        assert len(lanes) == min(at_once, len(lanes | _open_lanes(world)))
        finish(world, random.choice(under_way))
        done += 1
    assert done == sum(lengths)


def _open_lanes(world: World) -> set[str]:
    return {active.node.split("_")[0] for active in world.state.active.values()}
