"""Checking a connection by a real call that costs nothing."""

from __future__ import annotations

import asyncio

import httpx2

from workflows_app.errors import FatalError
from workflows_app.sdk.connection import MCP_KINDS, Connection
from workflows_app.task_types.ai import mcp
from workflows_app.task_types.ai.addresses import DEFAULT_ADDRESSES
from workflows_app.task_types.ai.client import checked_client
from workflows_app.task_types.ai.failures import BadKeyError, ServerUnavailableError, task_error_in

CHECK_SECONDS = 15.0
_LIST_PATHS = {
    "openai_compatible": "/models",
    "anthropic": "/v1/models",
    "google": "/v1beta/models",
}


class UnexpectedAnswerError(FatalError):
    """Something else answers at the connection's address."""


def check_connection(connection: Connection) -> str:
    """Ask the system behind a connection what it offers, and tell it in a sentence.

    Raises:
        TaskError: It cannot be reached, or does not accept the secret.
    """
    if connection.kind in MCP_KINDS:
        return (
            f"It works. {len(mcp.list_tools(connection, seconds=CHECK_SECONDS))} tools are offered."
        )
    return asyncio.run(_list_models(connection))


async def _list_models(connection: Connection) -> str:
    address = connection.settings.get("base_url") or DEFAULT_ADDRESSES[connection.kind]
    headers = _headers(connection)
    try:
        async with checked_client(seconds=CHECK_SECONDS, headers=headers) as client:
            response = await client.get(f"{address}{_LIST_PATHS[connection.kind]}")
    except Exception as error:
        own = task_error_in(error)
        if own is not None:
            raise own from error
        if isinstance(error, httpx2.HTTPError):
            raise ServerUnavailableError(f"{address} could not be reached: {error}") from error
        raise
    if response.status_code in {401, 403}:
        raise BadKeyError("The server does not accept the secret. Enter a valid key.")
    if response.status_code >= 400:
        raise UnexpectedAnswerError(
            f"{address} answered {response.status_code}. Check the address; it usually ends in /v1."
        )
    return f"It works. {_count(response)}"


def _headers(connection: Connection) -> dict[str, str]:
    if not connection.secret:
        return {}
    if connection.kind == "google":
        return {"x-goog-api-key": connection.secret}
    version = {"anthropic-version": "2026-10-21"} if connection.kind == "anthropic" else {}
    return {"Authorization": f"Bearer {connection.secret}", **version}


def _count(response: httpx2.Response) -> str:
    try:
        told = response.json()
        models = told.get("data", told.get("models"))
    except (ValueError, AttributeError):
        models = None
    if not isinstance(models, list):
        raise UnexpectedAnswerError(
            "Something answers there, but not with a list of models. Check the address."
        )
    return f"{len(models)} models are offered."
