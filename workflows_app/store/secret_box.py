"""Encryption of secrets at rest, under keys that are derived from settings."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workflows_app.conf import encryption_keys
from workflows_app.errors import FlowdeckError


class SecretUnreadableError(FlowdeckError):
    """None of the keys in the settings opens a stored secret."""

    code = "secret_unreadable"


def seal(secret: str) -> str:
    """The secret, encrypted under the first key; the empty text stays empty."""
    return _box(encryption_keys()).encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """The secret that `seal` encrypted, under whichever of the keys.

    Raises:
        SecretUnreadableError: It was encrypted under another key, or is damaged.
    """
    try:
        return _box(encryption_keys()).decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        raise SecretUnreadableError(
            "The secret was encrypted under another key. Add the key to FLOWDECK_ENCRYPTION_KEYS, "
            "or enter the secret again."
        ) from None


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    """A Fernet key of its own purpose, so that the same text may serve for something else."""
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"flowdeck connection secrets")
    return base64.urlsafe_b64encode(derive.derive(key.encode()))
