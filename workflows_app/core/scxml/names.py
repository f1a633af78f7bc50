"""Names of the XML that machines are written in."""

from __future__ import annotations

SCXML = "http://www.w3.org/2005/07/scxml"
FLOWDECK = "https://flowdeck.dev/scxml/1"
"""Namespace of what SCXML has no words for: actions of any type, schemas, layout."""

DATAMODEL = "x-cel"
"""Expressions are CEL, without `${ }`. Names beginning with `x-` are free for platforms."""


def tag(name: str) -> str:
    """An element of SCXML."""
    return f"{{{SCXML}}}{name}"


def own(name: str) -> str:
    """An element or attribute of our own."""
    return f"{{{FLOWDECK}}}{name}"
