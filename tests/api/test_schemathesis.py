"""Calls made from the OpenAPI schema: every operation as every sort of person.

Who may do what stands in the permission matrix. Here the calls are strange: sound and unsound values
by chance, with ids that exist and ids that do not. Whatever comes, the answer is one that the schema
tells, never the server's own fault, and never an answer to somebody whom it does not concern.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import GROUPS, Api
from tests.api.test_permission_matrix import ALLOWED, operations

pytestmark = pytest.mark.django_db

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
CSRF = "a" * 32
UNREADABLE = {"malformed_json", "invalid_input", "precondition_required"}
"""Refusals of what a call looks like. They come before anything is known of who may do it."""


@pytest.fixture
def _open_connection() -> Iterator[None]:
    """Requests by plain WSGI would close the connection, and with it the test's transaction."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def schema(_open_connection: None) -> Any:
    text = (django_settings.BASE_DIR / "docs" / "openapi.json").read_text(encoding="utf-8")
    loaded = schemathesis.openapi.from_dict(json.loads(text))
    # Who calls is decided here.
    loaded.config.generation.update(with_security_parameters=False)
    loaded.app = get_wsgi_application()
    return loaded


def calls(operation: Any, targets: dict[str, str]) -> st.SearchStrategy[Any]:
    """Sound and unsound calls, half of them about what exists."""
    names = {parameter.name for parameter in operation.path_parameters}
    known = {name: value for name, value in targets.items() if name in names}
    return st.one_of(
        operation.as_strategy(generation_mode=mode, **fixed)
        for fixed in ([{"path_parameters": known}, {}] if known else [{}])
        for mode in (GenerationMode.NEGATIVE, GenerationMode.POSITIVE)
        if mode is GenerationMode.POSITIVE or can_be_unsound(operation, fixed)
    )


def can_be_unsound(operation: Any, fixed: dict[str, Any]) -> bool:
    """Tell whether the call has a part that may break the schema."""
    return bool(operation.query or operation.headers or operation.body) or not fixed


def check_answer(call: Any, response: Any, operation: str, role: str) -> None:
    call.validate_response(response, checks=CHECKS)
    status = str(response.status_code)
    if status < "400":
        assert status in call.operation.responses, f"{status} is not told by the schema"
    code = response.json()["code"] if status >= "400" else ""
    if role == "nobody":
        assert status in {"401", "404", "413"}
    elif role not in ALLOWED[operation]:
        assert status in {"401", "403", "404"} or code in UNREADABLE


def call_everything(
    schema: Any, api: Api, role: str, targets: dict[str, str], *, examples: int
) -> None:
    session = api.client.cookies.get("sessionid")
    cookies = {"csrftoken": CSRF, **({"sessionid": session.value} if session else {})}
    for name, (method, path) in operations().items():

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(call=calls(schema[path][method], targets))
        def call_one(call: Any, name: str = name) -> None:
            mark = transaction.savepoint()
            try:
                response = call.call(cookies=cookies, headers={"X-CSRFToken": CSRF})
            finally:
                transaction.savepoint_rollback(mark)
            check_answer(call, response, name, role)

        call_one()


def person_of(role: str, people: dict[str, Api]) -> Api:
    return Api() if role == "nobody" else people[role]


ROLES = [*GROUPS, "admin", "nobody"]


@pytest.mark.parametrize("role", ROLES)
def test_every_operation_answers_as_the_schema_says(
    role: str, schema: Any, people: dict[str, Api], targets: dict[str, str]
) -> None:
    call_everything(schema, person_of(role, people), role, targets, examples=2)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", ROLES)
def test_every_operation_answers_many_calls_as_the_schema_says(
    role: str, schema: Any, people: dict[str, Api], targets: dict[str, str]
) -> None:
    call_everything(schema, person_of(role, people), role, targets, examples=40)
