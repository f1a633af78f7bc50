"""Documents and bodies with a wrong part anywhere: never a 500, and nothing but problems."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import Api
from tests.core.charts import charts
from tests.core.sagas import plain, saga, together, undoable
from tests.support.documents import approval, bulk, pipeline, straight, waiting_for_signal

pytestmark = pytest.mark.django_db

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "start", "end", "${", "${ }", "${ nodes.start }", "${ input.amount > 1 }", "a" * 300]
    ),
)
HOSTILE = st.sampled_from(
    [
        10**18,
        2**63,
        -(10**400),
        10**4000,
        1e308,
        5e-324,
        -0.0,
        "\x00",
        "\ud800",
        "\u202e",
        "x" * 20_000,
        "${ 99999999999999999999 }",
        "__proto__",
    ]
)
SCALARS = st.one_of(
    HOSTILE,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
DOCUMENTS = st.one_of(
    st.sampled_from([straight(), approval(), waiting_for_signal(), pipeline(), bulk()]),
    st.just(
        saga(undoable("a"), together("both", undoable("b"), undoable("c")), plain("p", "pivot"))
    ),
    charts(),
)
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all parts of a JSON value."""
    found = [path] if path else []
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, child in children:
        found += places(child, (*path, key))
    return found


def put(value: Any, path: tuple[Any, ...], new: Any) -> None:
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = new


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    document = copy.deepcopy(draw(DOCUMENTS))
    for _ in range(draw(st.integers(1, 3))):
        put(document, draw(st.sampled_from(places(document))), draw(VALUES))
    if draw(st.booleans()):
        document[draw(TEXTS)] = draw(VALUES)
    return document


@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
@given(document=damaged())
def test_a_damaged_document_is_judged_and_never_breaks_the_server(
    author: Api, document: Any
) -> None:
    made = author.post("/workflows", {"title": "Damaged", "document": document})
    assert made.status_code in {201, 400, 422}
    if made.status_code != 201:
        return
    workflow = made.json()
    path = f"/workflows/{workflow['id']}"
    checked = author.ok("POST", f"{path}/validate", {"document": document})
    is_valid = not any(p["severity"] == "error" for p in checked["problems"])
    published = author.post(f"{path}/publish", {"revision": 1})
    assert published.status_code == (201 if is_valid else 422)
    author.ok("POST", "/expressions/preview", {"value": "${ 1 }", "document": document})
    if is_valid:
        author.ok("GET", f"{path}/versions/1")
        started = author.post(f"{path}/runs", {"input": {"amount": 1}})
        assert started.status_code in {201, 422}
        if started.status_code == 201:
            author.ok("GET", f"/runs/{started.json()['id']}")


@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
@given(value=VALUES, sample=st.dictionaries(st.sampled_from(["input", "nodes", "vars"]), VALUES))
def test_any_expression_is_answered(author: Api, value: Any, sample: Any) -> None:
    response = author.post("/expressions/preview", {"value": value, "sample": sample})

    assert response.status_code in {200, 400, 422}


@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
@given(body=st.dictionaries(st.sampled_from(["input", "labels", "business_key", "x"]), VALUES))
def test_any_start_is_answered(author: Api, body: Any) -> None:
    workflows = author.ok("GET", "/workflows?limit=1")["items"]
    workflow_id = workflows[0]["id"] if workflows else author.published(straight())

    response = author.post(f"/workflows/{workflow_id}/runs", body)

    assert response.status_code in {201, 400, 422}


@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
@given(text=st.text(max_size=200))
def test_any_text_is_imported_or_refused(author: Api, text: str) -> None:
    assert author.post("/workflows/import", {"text": text}).status_code in {201, 400, 422}


@st.composite
def damaged_files(draw: st.DrawFn) -> str:
    """An exported file, with pieces left out, doubled and put in."""
    content = {"flowdeck": 1, "title": "Damaged", "document": draw(DOCUMENTS)}
    text = json.dumps(content) if draw(st.booleans()) else yaml.safe_dump(content)
    for _ in range(draw(st.integers(1, 3))):
        begin, end = sorted(draw(st.integers(0, len(text))) for _ in range(2))
        piece = draw(
            st.sampled_from(["", text[begin:end] * 2, "[" * 10_000, "- " * 10_000, "&a *a"])
        )
        text = text[:begin] + piece + text[end:]
    return text[:1_500_000]


@settings(max_examples=60, deadline=None, suppress_health_check=QUIET)
@given(text=damaged_files())
def test_a_damaged_file_is_imported_or_refused(author: Api, text: str) -> None:
    response = author.post("/workflows/import", {"text": text})

    assert response.status_code in {201, 400, 422}
    if response.status_code == 201:
        workflow_id = response.json()["id"]
        for file_format in ("json", "yaml"):
            path = f"/workflows/{workflow_id}/export?format={file_format}"
            again = author.ok(
                "POST", "/workflows/import", {"text": author.get(path).content.decode()}
            )
            assert again["draft"]["document"] == response.json()["draft"]["document"]
