"""Documents and bodies with a wrong part anywhere: never a 500, and nothing but problems."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import Api
from tests.support.documents import approval, bulk, pipeline, straight, waiting_for_signal

pytestmark = pytest.mark.django_db

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "start", "end", "${", "${ }", "${ nodes.start }", "${ input.amount > 1 }", "a" * 300]
    ),
)
SCALARS = st.one_of(
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
DOCUMENTS = st.sampled_from([straight(), approval(), waiting_for_signal(), pipeline(), bulk()])
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
