"""Writes `docs/conformance.md`: `python -m tests.conformance`."""

from __future__ import annotations

from tests.conformance.page import PAGE, written_page

if __name__ == "__main__":
    PAGE.write_text(written_page(), encoding="utf-8")
