"""Connections and a language model for the engine's tests of AI nodes."""

from __future__ import annotations

from typing import Any

from tests.engine.build import chain, node
from tests.support.openai_server import KEY, OpenAiServer
from workflows_app.engine import clock
from workflows_app.store.connections import insert_connection

PRICES = {"tiny": {"input": 2.0, "output": 10.0}}
"""For a million tokens."""


def keep_connection(name: str, kind: str, settings: dict[str, Any], secret: str = "") -> None:
    made = insert_connection(
        name=name,
        title=name.title(),
        kind=kind,
        settings=settings,
        secret=secret,
        actor_id=None,
        now=clock.now(),
    )
    assert made is not None


def keep_model(server: OpenAiServer, secret: str = KEY) -> None:
    settings = {"base_url": server.address, "prices": PRICES}
    keep_connection("model", "openai_compatible", settings, secret)


def llm(prompt: str = "Hello", **config: Any) -> dict[str, Any]:
    """Start, a language model, end."""
    ask = {"connection": "model", "model": "tiny", "prompt": prompt, **config}
    more = {"retry": config.pop("retry")} if "retry" in config else {}
    ask.pop("retry", None)
    return chain(node("ask", "llm", ask, **more))
