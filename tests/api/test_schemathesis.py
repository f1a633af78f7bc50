"""Requests made up from the API's own description, as every sort of person.

None breaks the server, each answer is one that the description has, and nobody is answered what the
permission matrix denies.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import schemathesis
from django.conf import settings as django_settings
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core import NOT_SET
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import Api
from tests.api.test_permission_matrix import ALLOWED

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]

SCHEMA = schemathesis.openapi.from_dict(
    json.loads((django_settings.BASE_DIR / "docs" / "openapi.json").read_text())
)
SCHEMA.config.base_url = "http://127.0.0.1"
OPERATIONS = {
    str(operation.ok().definition.raw["operationId"]): operation.ok()
    for operation in SCHEMA.get_all_operations()
}
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
REFUSALS = {401, 403, 404}


def send(api: Api, case: Any) -> httpx.Response:
    """What the server answers; what the call did is undone."""
    address = case.formatted_path
    if case.query:
        address += f"?{urlencode(case.query, doseq=True)}"
    body: Any = b""
    content_type = case.media_type or "application/json"
    if content_type == "multipart/form-data":
        address, body, content_type = address, b"--x--", "multipart/form-data; boundary=x"
    elif case.body is not NOT_SET:
        body = json.dumps(case.body)
    headers = {name: str(value) for name, value in (case.headers or {}).items()}
    with transaction.atomic():
        answer = api.client.generic(
            case.method.upper(), address, body, content_type=content_type, headers=headers
        )
        transaction.set_rollback(True)
    content = b"".join(answer) if answer.streaming else answer.content
    request = httpx.Request(case.method.upper(), f"http://127.0.0.1{address}")
    found = httpx.Response(answer.status_code, content=content, request=request)
    found.headers.update(answer.headers)
    found.elapsed = timedelta()
    return found


def ask(name: str, examples: int, people: dict[str, Api], targets: dict[str, str]) -> None:
    """Send made-up requests of one operation as everybody, some of them with ids that exist."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples < 10,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[name].as_strategy(), is_known=st.booleans())
    def check(case: Any, is_known: bool) -> None:
        known = set(case.path_parameters or {}) & set(targets)
        if is_known and known:
            case.path_parameters |= {key: targets[key] for key in known}
        for role, api in people.items():
            answer = send(api, case)
            case.validate_response(answer, checks=CHECKS)
            if role not in ALLOWED[name]:
                # What is wrong with a request may be told before who asks is looked at.
                assert answer.status_code in REFUSALS | {400, 422, 428}, (role, answer.text)

    check()


@pytest.mark.parametrize("examples", [2, pytest.param(60, marks=pytest.mark.slow)])
def test_made_up_requests_are_answered_as_described(
    examples: int, people: dict[str, Api], targets: dict[str, str]
) -> None:
    if examples < 10 and connection.vendor != "sqlite":
        pytest.skip("Requests are made up slowly: on other databases only in the slow tests.")
    for name in OPERATIONS:
        ask(name, examples, {"nobody": Api(), **people}, targets)
