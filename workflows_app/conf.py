"""Settings of the app with their defaults, so that a foreign project needs none of them."""

from __future__ import annotations

from typing import Any

from django.conf import settings

_DEFAULTS: dict[str, Any] = {
    "FLOWDECK_LEASE_SECONDS": 30.0,
    "FLOWDECK_SWEEP_SECONDS": 2.0,
    "FLOWDECK_WORKER_SLOTS": 4,
    "FLOWDECK_HTTP_ALLOWED_HOSTS": (),
    "FLOWDECK_MAX_DEPTH": 10,
    "FLOWDECK_COMMAND_USER": "",
    "FLOWDECK_UPLOAD_MAX_BYTES": 100_000_000,
    "FLOWDECK_ENCRYPTION_KEYS": (),
    "FLOWDECK_MCP_COMMANDS": (),
}


def _get(name: str) -> Any:
    return getattr(settings, name, _DEFAULTS[name])


def lease_seconds() -> float:
    """How long a worker may be silent before its nodes are taken from it."""
    return float(_get("FLOWDECK_LEASE_SECONDS"))


def sweep_seconds() -> float:
    """Time between two sweeps of a worker process."""
    return float(_get("FLOWDECK_SWEEP_SECONDS"))


def worker_slots() -> int:
    """How many nodes a worker process runs at once."""
    return int(_get("FLOWDECK_WORKER_SLOTS"))


def max_depth() -> int:
    """How deep runs may start each other: a run that people start is the first."""
    return int(_get("FLOWDECK_MAX_DEPTH"))


def upload_max_bytes() -> int:
    """Size of the largest file that people may upload."""
    return int(_get("FLOWDECK_UPLOAD_MAX_BYTES"))


def http_allowed_hosts() -> frozenset[str]:
    """Hosts, or hosts with a port, that HTTP nodes may call although their address is private."""
    return frozenset(str(host).lower() for host in _get("FLOWDECK_HTTP_ALLOWED_HOSTS"))


def command_user() -> str:
    """User name of the account as which `manage.py workflows` acts; empty: it must be named."""
    return str(_get("FLOWDECK_COMMAND_USER"))


def encryption_keys() -> tuple[str, ...]:
    """Texts that the keys of connections' secrets are derived from; the first one encrypts."""
    keys = _get("FLOWDECK_ENCRYPTION_KEYS") or (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return tuple(str(key) for key in keys)


def mcp_commands() -> frozenset[str]:
    """Commands that connections may start as MCP servers."""
    return frozenset(str(command) for command in _get("FLOWDECK_MCP_COMMANDS"))
