"""Given two documents, expect these differences."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.core.documents import chain, edge, gate, graph, node, pipeline, step
from workflows_app.core.diff import DocumentDiff, FieldChange, Part, PartChange, diff_documents


def test_the_same_documents_do_not_differ():
    document = chain(node("a", value=1))
    assert diff_documents(document, copy.deepcopy(document)) == DocumentDiff()
    assert diff_documents(document, document).is_empty


def test_an_added_node_comes_with_its_edges_and_what_it_replaces_goes():
    old = chain(node("a"))
    new = chain(node("a"), node("b", title="Pay"))
    diff = diff_documents(old, new)
    assert diff.added == (
        Part("node", "b", "Pay"),
        Part("edge", "a.out-b", "a → b"),
        Part("edge", "b.out-end", "b → end"),
    )
    assert diff.removed == (Part("edge", "a.out-end", "a → end"),)
    assert diff.changed == ()


def test_a_changed_field_is_told_with_its_path_and_both_values():
    old = chain(node("a", url="x", query={"q": 1}))
    new = chain(node("a", url="x", query={"q": 2, "p": 3}, timeout_seconds=5))
    (change,) = diff_documents(old, new).changed
    assert change == PartChange(
        Part("node", "a", "a"),
        (
            FieldChange("config.query.q", 1, 2),
            FieldChange("config.query.p", None, 3),
            FieldChange("timeout_seconds", None, 5),
        ),
    )


def test_entries_with_ids_are_told_one_by_one():
    old = chain(gate("g", "big", "small"))
    new = copy.deepcopy(old)
    new["nodes"][2]["config"]["branches"][1]["condition"] = "${ false }"
    (change,) = diff_documents(old, new).changed
    assert change.fields == (
        FieldChange("config.branches.small.condition", "${ true }", "${ false }"),
    )


def test_a_changed_list_without_ids_is_told_as_a_whole():
    (change,) = diff_documents(chain(node("a", x=[1, 2])), chain(node("a", x=[1]))).changed
    assert change.fields == (FieldChange("config.x", [1, 2], [1]),)


def test_true_is_not_one_and_one_is_one_point_zero():
    (change,) = diff_documents(chain(node("a", x=1, y=1)), chain(node("a", x=True, y=1.0))).changed
    assert change.fields == (FieldChange("config.x", 1, True),)


def test_an_edge_that_leads_elsewhere_is_changed():
    ends = [node("a"), node("b")]
    old = graph(ends, [edge("start", "a", id="e")])
    new = graph(ends, [edge("start", "b", id="e")])
    assert diff_documents(old, new).changed == (
        PartChange(Part("edge", "e", "start → b"), (FieldChange("target", "a", "b"),)),
    )


def test_fields_of_the_document_are_told_apart_from_its_parts():
    old = chain(node("a"), settings={"timeout_seconds": None}, vars={"x": 1})
    new = chain(node("a"), settings={"timeout_seconds": 60}, vars={})
    diff = diff_documents(old, new)
    assert diff.changed == ()
    assert diff.fields == (
        FieldChange("settings.timeout_seconds", None, 60),
        FieldChange("vars.x", 1, None),
    )


def test_layout_is_told_apart():
    old = chain(node("a"), layout={"nodes": {"a": {"x": 0, "y": 0}, "gone": {"x": 1, "y": 1}}})
    new = chain(node("a"), layout={"nodes": {"a": {"x": 5, "y": 0}}})
    diff = diff_documents(old, new)
    assert (diff.is_empty, diff.moved) == (True, ("a",))


def test_steps_of_branches_are_parts_and_their_order_is_a_field():
    def document(*inner: dict[str, Any]) -> dict[str, Any]:
        return pipeline({"step": "parallel", "id": "p", "branches": [[*inner], [step("z")]]})

    diff = diff_documents(document(step("a"), step("b")), document(step("b"), step("c")))
    assert diff.added == (Part("node", "c", "c"),)
    assert diff.removed == (Part("node", "a", "a"),)
    assert diff.changed == (
        PartChange(
            Part("node", "p", "p"),
            (FieldChange("branches", [["a", "b"], ["z"]], [["b", "c"], ["z"]]),),
        ),
    )


def test_the_order_of_steps_matters_and_that_of_nodes_does_not():
    nodes = [node("a"), node("b")]
    assert diff_documents(graph(nodes, []), graph(nodes[::-1], [])).is_empty
    diff = diff_documents(pipeline(step("a"), step("b")), pipeline(step("b"), step("a")))
    assert diff.fields == (FieldChange("steps", ["a", "b"], ["b", "a"]),)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text(max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "x", "y"]), inner, max_size=3)
    ),
    max_leaves=8,
)
_DOCUMENTS = st.lists(
    st.tuples(st.sampled_from("abcd"), _VALUES), max_size=4, unique_by=lambda pair: pair[0]
).map(lambda pairs: chain(*(node(name, value=value) for name, value in pairs)))


@given(_DOCUMENTS, _DOCUMENTS)
def test_the_way_back_is_the_way_turned_round(old, new):
    there, back = diff_documents(old, new), diff_documents(new, old)
    assert {part.id for part in there.added} == {part.id for part in back.removed}
    turned = {
        (change.part.id, field.field): (field.new, field.old)
        for change in back.changed
        for field in change.fields
    }
    for change in there.changed:
        for field in change.fields:
            assert turned[change.part.id, field.field] == (field.old, field.new)
