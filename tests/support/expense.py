"""The expense workflow that tests of whole stacks run."""

from __future__ import annotations

import json
from typing import Any

from tests.support.process import ROOT

TEMPLATE = ROOT / "examples" / "workflow_templates" / "expense-approval.json"


def expense_document(booking_url: str) -> dict[str, Any]:
    """The example, which books by an HTTP request to `booking_url`."""
    document: dict[str, Any] = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    book = next(node for node in document["nodes"] if node["id"] == "book")
    book["type"] = "http"
    book["config"] = {
        "method": "POST",
        "url": f"{booking_url}/bookings",
        "headers": {"X-Booking": "${ run.id }"},
        "body": "${ nodes.booking }",
        "timeout_seconds": 5,
    }
    return document


LARGE_CLAIM = {"employee": "Kim", "amount": 900, "category": "travel", "purpose": "A fair"}
"""Waits for a decision."""
SMALL_CLAIM = {"employee": "Lee", "amount": 80.5, "category": "meals"}
"""Goes straight on."""
