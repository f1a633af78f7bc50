import json

import pytest

from tests.support.process import ROOT
from workflows_app.core.compile import compile_document
from workflows_app.core.parse import parse_document
from workflows_app.core.validate import validate_document
from workflows_app.selectors.templates import get_template_document, list_templates
from workflows_app.task_types import catalog

EXAMPLES = [
    "expense-approval",
    "airport-report",
    "text-check",
    "airports-nearby",
    "order-saga",
    "order",
]


def test_manifest_names_the_examples():
    assert [template.id for template in list_templates()] == EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_document_has_no_problem_and_compiles(name):
    document = get_template_document(template_id=name)
    assert validate_document(parse_document(document), catalog()) == []
    assert compile_document(document, catalog()).nodes


@pytest.mark.parametrize("name", ["expense-approval", "airport-report"])
def test_every_node_of_a_graph_has_a_place_of_its_own(name):
    document = get_template_document(template_id=name)
    places = document["layout"]["nodes"]
    assert set(places) == {node["id"] for node in document["nodes"]}
    assert len({(place["x"], place["y"]) for place in places.values()}) == len(places)


def test_every_state_of_a_machine_has_a_place_of_its_own():
    document = get_template_document(template_id="order")
    assert set(document["layout"]["nodes"]) == {state["id"] for state in document["states"]}


def test_documents_are_written_the_same_way():
    for name in EXAMPLES:
        text = (ROOT / "examples" / "workflow_templates" / f"{name}.json").read_text()
        assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
