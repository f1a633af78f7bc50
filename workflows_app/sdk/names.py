"""Names of steps and nodes, which are names in expressions, too."""

from __future__ import annotations

import re

from workflows_app.core.document import NODE_ID_PATTERN

_ID = re.compile(NODE_ID_PATTERN)


def require_id(name: str) -> str:
    """The name, if a step or node may have it.

    Raises:
        ValueError: It may not.
    """
    if _ID.match(name) is None:
        raise ValueError(
            f"“{name}” cannot name a step or node: begin with a letter, go on with letters, digits "
            "and _, 64 at most. A title may be any text."
        )
    return name
