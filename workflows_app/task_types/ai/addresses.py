"""Where the makers of models are, for connections that name no address."""

from __future__ import annotations

OPENAI_ADDRESS = "https://api.openai.com/v1"

DEFAULT_ADDRESSES = {
    "openai_compatible": OPENAI_ADDRESS,
    "anthropic": "https://api.anthropic.com",
    "google": "https://generativelanguage.googleapis.com",
}
