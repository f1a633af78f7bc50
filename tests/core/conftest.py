"""The laws of the core have no deadlines: machines that run several things at once stumble."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("core", deadline=None)
settings.load_profile("core")
