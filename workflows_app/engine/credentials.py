"""The connections that an attempt or a turn with a batch opens; their secrets go no further."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from workflows_app.core.json_text import dumps
from workflows_app.errors import FatalError
from workflows_app.sdk.connection import Connection
from workflows_app.store.connections import open_connection
from workflows_app.store.secret_box import SecretUnreadableError

BLOT = "[secret]"


class UnknownConnectionError(FatalError):
    """There is no connection of the name that a node gives."""


class UnreadableSecretError(FatalError):
    """A connection's secret was encrypted under a key that is not in the settings."""


class Credentials:
    """Opens connections and remembers their secrets, to blot them out of what the attempt says."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._opened: dict[str, Connection] = {}

    def open(self, name: str) -> Connection:
        """The connection of that name, read once.

        Raises:
            UnknownConnectionError: There is none.
            UnreadableSecretError: No key opens its secret.
        """
        if name in self._opened:
            return self._opened[name]
        try:
            connection = open_connection(name)
        except SecretUnreadableError as error:
            raise UnreadableSecretError(f"The connection “{name}”: {error.message}") from error
        if connection is None:
            raise UnknownConnectionError(
                f"There is no connection “{name}”. Make one on the page Connections, "
                "or choose another one in this step."
            )
        if connection.secret:
            self._secrets |= _written_forms(connection.secret)
        self._opened[name] = connection
        return connection

    def redact(self, text: str) -> str:
        """The text without the secrets."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, BLOT)
        return text

    def redact_value(self, value: Any) -> Any:
        """A JSON value without the secrets, also in its keys."""
        if not self._secrets:
            return value
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, dict):
            return {self.redact(k): self.redact_value(child) for k, child in value.items()}
        if isinstance(value, list):
            return [self.redact_value(child) for child in value]
        return value


def _written_forms(secret: str) -> set[str]:
    """The secret as it stands in a text, in Python's and JSON's quotes, and in an address."""
    return {secret, repr(secret)[1:-1], dumps(secret)[1:-1], quote(secret, safe="")}
