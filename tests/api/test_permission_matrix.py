"""Who may do what: every operation of the API as every sort of person.

The table is written by hand. An operation that is missing in it fails the test, so that nobody adds
one without saying for whom it is.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from tests.api.conftest import CONNECTION, GROUPS, Api
from tests.support.documents import approval

pytestmark = pytest.mark.django_db

EVERYBODY = {*GROUPS, "admin"}
WATCHERS = {"viewer", "approver", "operator", "author", "admin"}
STARTERS = {"operator", "author", "admin"}
OPERATORS = {"operator", "admin"}
AUTHORS = {"author", "admin"}
APPROVERS = {"approver", "admin"}
CONNECTION_READERS = {"author", "integrator", "admin"}
INTEGRATORS = {"integrator", "admin"}

ALLOWED: dict[str, set[str]] = {
    "archiveWorkflow": AUTHORS,
    "cancelRun": OPERATORS,
    "claimHumanTask": APPROVERS,
    "createConnection": INTEGRATORS,
    "createToken": EVERYBODY,
    "createWorkflow": AUTHORS,
    "decideHumanTask": APPROVERS,
    "deleteConnection": INTEGRATORS,
    "diffVersion": WATCHERS,
    "downloadRunFailures": WATCHERS,
    "downloadRunResults": WATCHERS,
    "drillFailure": WATCHERS,
    "duplicateWorkflow": AUTHORS,
    "exportWorkflow": WATCHERS,
    "getConnection": CONNECTION_READERS,
    "getDashboard": WATCHERS,
    "getHumanTask": WATCHERS,
    "getMe": EVERYBODY,
    "getPalette": EVERYBODY,
    "getRun": WATCHERS,
    "getRunFamily": WATCHERS,
    "getRunItems": WATCHERS,
    "getRunNode": WATCHERS,
    "getUpload": WATCHERS,
    "getVersion": WATCHERS,
    "getWorkflow": WATCHERS,
    "importWorkflow": AUTHORS,
    "listConnectionTools": CONNECTION_READERS,
    "listConnections": CONNECTION_READERS,
    "listHumanTasks": EVERYBODY,
    "listRunEvents": WATCHERS,
    "listRuns": WATCHERS,
    "listTemplates": EVERYBODY,
    "listTokens": EVERYBODY,
    "listVersions": WATCHERS,
    "listWorkflows": WATCHERS,
    "migrateRuns": OPERATORS,
    "pauseRun": OPERATORS,
    "previewExpression": WATCHERS,
    "publishWorkflow": AUTHORS,
    "releaseHumanTask": APPROVERS,
    "resolveAttention": OPERATORS,
    "restoreWorkflow": AUTHORS,
    "resumeRun": OPERATORS,
    "addRunItems": OPERATORS,
    "retryFailedItems": OPERATORS,
    "retryRun": OPERATORS,
    "revokeToken": {"admin"},
    "saveDraft": AUTHORS,
    "sendRunEvent": OPERATORS,
    "signalRun": OPERATORS,
    "startRun": STARTERS,
    "startRuns": STARTERS,
    "testConnection": INTEGRATORS,
    "updateConnection": INTEGRATORS,
    "updateWorkflow": AUTHORS,
    "uploadFile": STARTERS,
    "validateDocument": WATCHERS,
}


def operations() -> dict[str, tuple[str, str]]:
    """Method and path of each operation, by its id."""
    schema = json.loads((settings.BASE_DIR / "docs" / "openapi.json").read_text())
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if "operationId" in operation
    }


def body_of(operation: str, targets: dict[str, str]) -> dict[str, Any]:
    """A body that is sound, so that a refusal is about the person."""
    workflow = targets["workflow_id"]
    return {
        "addRunItems": {"items": [1]},
        "createConnection": CONNECTION,
        "createToken": {"name": "Mine", "scopes": ["read"]},
        "createWorkflow": {"title": "Another", "document": approval()},
        "decideHumanTask": {"outcome": "approved"},
        "drillFailure": {"workflow_id": workflow, "step_id": "approve"},
        "importWorkflow": {"title": "Another", "document": approval()},
        "previewExpression": {"workflow_id": workflow, "value": "${ input }"},
        "publishWorkflow": {"revision": 1},
        "resolveAttention": {"node_id": "approve", "choice": "skip", "note": "Done by hand"},
        "retryRun": {"node_id": "approve"},
        "saveDraft": {"document": approval()},
        "sendRunEvent": {"name": "paid"},
        "signalRun": {"name": "paid"},
        "startRun": {"input": {"amount": 5}},
        "startRuns": {"runs": [{"input": {"amount": 5}}]},
    }.get(operation, {})


def answer(api: Api, operation: str, targets: dict[str, str]) -> int:
    """The status of the answer; what the call did is undone."""
    method, path = operations()[operation]
    address = path.format(**targets)
    mark = transaction.savepoint()
    try:
        if operation == "uploadFile":
            file = SimpleUploadedFile("rows.csv", b"name\nKim\n")
            return int(api.client.post(address, {"file": file}).status_code)
        return int(
            api.client.generic(
                method,
                address,
                json.dumps(body_of(operation, targets)),
                content_type="application/json",
                headers={"If-Match": '"1"'},
            ).status_code
        )
    finally:
        transaction.savepoint_rollback(mark)


def test_every_operation_has_its_line() -> None:
    assert set(ALLOWED) == set(operations())


@pytest.mark.parametrize("role", [*GROUPS, "admin"])
def test_a_person_is_answered_what_the_table_says(
    role: str, people: dict[str, Api], targets: dict[str, str]
) -> None:
    answers = {operation: answer(people[role], operation, targets) for operation in ALLOWED}

    assert {operation for operation, status in answers.items() if status >= 500} == set()
    refused = {operation for operation, status in answers.items() if status == 403}
    # Tokens of others are nobody's business, not even that they exist.
    refused |= {operation for operation in ("revokeToken",) if answers[operation] == 404}
    assert refused == {operation for operation, roles in ALLOWED.items() if role not in roles}


def test_nobody_is_answered_without_an_account(targets: dict[str, str]) -> None:
    answers = {operation: answer(Api(), operation, targets) for operation in ALLOWED}
    assert {operation for operation, status in answers.items() if status != 401} == set()
