"""Given a run on one plan, expect its state on another, or what stands in the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.core.plans import plan_of
from tests.core.test_decide_laws import ROUNDS, Player, documents
from tests.core.world import World, graph
from workflows_app.core.document import GraphDocument
from workflows_app.core.events import PauseRequested
from workflows_app.core.migrate import Migration, migrate_state
from workflows_app.core.state import CLOSED, NodeStatus, RunStatus


def world(edges: str, **rest) -> World:
    """A run whose start node is done."""
    made = World(plan_of(graph(edges, **rest))).begin()
    made.complete("start")
    return made


def move(run: World, edges: str, mapping: dict[str, str] | None = None, **rest) -> Migration:
    new_plan = plan_of(graph(edges, **rest))
    visited = dict(sorted(run.rows))
    return migrate_state(run.plan, new_plan, run.state, mapping or {}, visited=visited)


def go_on(run: World, edges: str, mapping: dict[str, str] | None = None, **rest) -> None:
    """Move the run, which must be possible."""
    moved = move(run, edges, mapping, **rest)
    assert moved.obstacles == ()
    names = mapping or {}
    run.plan = plan_of(graph(edges, **rest))
    run.state = moved.state
    run.rows = {(names.get(node, node), visit): s for (node, visit), s in run.rows.items()}


def told(migration: Migration) -> list[tuple[str, str]]:
    return [(obstacle.kind, obstacle.node) for obstacle in migration.obstacles]


def test_a_run_goes_on_along_the_new_way():
    run = world("start > human, human.approved > end")
    run.begin_node("human")
    go_on(run, "start > human, human.approved > extra, extra > end")
    run.complete("human", "approved")
    run.complete("extra")
    run.complete("end")
    assert run.state.status is RunStatus.SUCCEEDED


def test_a_node_that_is_gone_needs_a_mapping():
    run = world("start > human_a, human_a.approved > end")
    run.begin_node("human_a")
    edges = "start > human_b, human_b.approved > end"
    assert told(move(run, edges)) == [("needs_mapping", "human_a")]
    go_on(run, edges, {"human_a": "human_b"})
    assert list(run.state.active) == [("human_b", 1)]
    run.complete("human_b", "approved")
    assert run.statuses()["end"] == "queued"


def test_a_mapping_names_nodes_that_there_are():
    run = world("start > a, a > end")
    assert told(move(run, "start > a, a > end", {"x": "a"})) == [("needs_mapping", "x")]
    assert told(move(run, "start > a, a > end", {"a": "x"}))[0] == ("needs_mapping", "a")


def test_two_reached_nodes_cannot_become_one():
    run = world("start > a, a > b, b > end")
    run.complete("a")
    run.send(PauseRequested(run.now))
    found = move(run, "start > a, a > b, b > end", {"b": "a"})
    assert ("needs_mapping", "b") in told(found)


def test_a_node_of_another_type_cannot_take_over():
    run = world("start > wait, wait > end")
    run.begin_node("wait")
    found = move(run, "start > human, human > end", {"wait": "human"})
    assert told(found) == [("would_get_stuck", "wait")]


def test_an_open_question_needs_its_answers():
    def ask(*ids: str) -> dict:
        outcomes = [{"id": name, "label": name} for name in ids]
        return {"human": {"config": {"outcomes": outcomes}}}

    run = world("start > human, human.yes > end", nodes=ask("yes", "no"))
    run.begin_node("human")
    edges = "start > human, human.yes > end"
    assert told(move(run, edges, nodes=ask("yes"))) == [("would_get_stuck", "human")]
    assert move(run, edges, nodes=ask("yes", "no", "later")).obstacles == ()


def test_a_wait_needs_its_signal():
    run = world("start > wait, wait > end")
    run.begin_node("wait")
    other = {"wait": {"config": {"signal": "stop"}}}
    found = move(run, "start > wait, wait > end", nodes=other)
    assert told(found) == [("would_get_stuck", "wait")]


def test_what_a_worker_has_keeps_its_id_until_the_run_is_paused():
    run = world("start > a, a > end")
    edges, mapping = "start > b, b > end", {"a": "b"}
    assert told(move(run, edges, mapping)) == [("busy", "a")]
    run.send(PauseRequested(run.now))
    assert run.rows["a", 1] is NodeStatus.HELD
    go_on(run, edges, mapping)
    assert list(run.state.active) == [("b", 1)]


def test_what_waits_for_a_child_keeps_its_id():
    run = world("start > subworkflow_a, subworkflow_a > end")
    run.begin_node("subworkflow_a")
    mapping = {"subworkflow_a": "subworkflow_b"}
    found = move(run, "start > subworkflow_b, subworkflow_b > end", mapping)
    assert told(found) == [("busy", "subworkflow_a")]


def test_arrivals_at_a_join_move_along():
    run = world("start > a, start > b, a > join, b > join, join > end")
    run.complete("a")
    go_on(run, "start > b, start > a, b > join, a > join, join > end")
    run.complete("b")
    assert run.statuses()["join"] == "queued"


def test_a_join_that_waits_for_a_passed_node_would_get_stuck():
    run = world("start > a, a > b, b > end")
    run.complete("a")
    found = move(run, "start > a, a > b, a > c, b > join, c > join, join > end")
    assert told(found) == [("would_get_stuck", "join")]


def test_a_join_that_starts_with_any_does_not():
    run = world("start > a, a > b, b > end")
    run.complete("a")
    edges = "start > a, a > b, a > c, b > join, c > join, join > end"
    assert move(run, edges, nodes={"join": {"join": {"mode": "any"}}}).obstacles == ()


def test_a_way_that_the_run_came_on_may_not_go():
    run = world("start > a, start > b, a > join, b > join, join > end")
    run.complete("a")
    found = move(run, "start > a, start > b, start > c, c > join, b > join, join > end")
    assert told(found) == [("would_get_stuck", "join")]


def test_what_is_done_may_not_lie_ahead_again():
    run = world("start > a, a > b, b > end")
    run.complete("a")
    assert told(move(run, "start > b, b > a, a > end")) == [("would_get_stuck", "a")]


def test_visits_are_counted_where_a_loop_is_new():
    run = world("start > a, a > gate, gate.x > end")
    run.complete("a")
    go_on(run, "start > a, a > gate, gate.x > end, gate.y > a loop=3")
    run.complete("gate", "y")
    assert run.rows["a", 2] is NodeStatus.QUEUED


def test_an_end_that_was_reached_has_to_be_there():
    run = world("start > end_a, start > human, human.approved > end_b")
    run.complete("end_a")
    found = move(run, "start > human, human.approved > end_b")
    assert told(found) == [("needs_mapping", "end_a")]


@given(documents(), st.data())
@ROUNDS
def test_moving_to_the_same_plan_changes_nothing(document, data):
    run = World(plan_of(document)).begin()
    Player(data.draw, run).play(data.draw(st.integers(0, 25)))
    if run.state.status in CLOSED:
        return
    visited = dict(sorted(run.rows))
    moved = migrate_state(run.plan, run.plan, run.state, {}, visited=visited)
    assert moved.obstacles == ()
    assert moved.state == run.state


@given(documents(), st.data())
@ROUNDS
def test_renamed_there_and_back_is_the_same_and_nothing_gets_stuck(document, data):
    names = {node.id: f"{node.id}_x" for node in document.nodes}
    run = World(plan_of(document)).begin()
    Player(data.draw, run).play(data.draw(st.integers(0, 25)))
    if run.state.status in CLOSED:
        return
    new_plan = plan_of(_renamed(document, names))
    there = migrate_state(run.plan, new_plan, run.state, names)
    assert {obstacle.kind for obstacle in there.obstacles} <= {"busy"}
    back = migrate_state(new_plan, run.plan, there.state, {v: k for k, v in names.items()})
    assert back.state == run.state


def _renamed(document: GraphDocument, names: dict[str, str]) -> GraphDocument:
    data = document.model_dump(mode="json")
    for node in data["nodes"]:
        node["id"] = names[node["id"]]
    for edge in data["edges"]:
        edge["source"], edge["target"] = names[edge["source"]], names[edge["target"]]
    return GraphDocument.model_validate(data)
