"""The engine's fixtures: what would leave for the broker stays here, and time stands still."""

from __future__ import annotations

from tests.engine.conftest import clean_actions, sent, time

__all__ = ["clean_actions", "sent", "time"]
