"""Problems of documents: what is wrong, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a document, in words for the people who drew it."""

    code: str
    message: str
    hint: str
    severity: Severity = "error"
    node_id: str | None = None
    edge_id: str | None = None
    field: str | None = None
    """Path within the node, edge or document: `config.branches.0.condition`."""
    line: int | None = None
    """Position within the field's text, from 1."""
    column: int | None = None
    related: tuple[str, ...] = ()
    """Ids of other nodes or edges that belong to the problem."""

    @property
    def is_error(self) -> bool:
        """True when the document cannot run with this problem."""
        return self.severity == "error"


class InvalidDocument(ValueError):
    """The document cannot be read or cannot run. `problems` says why; at least one is an error."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = next((problem.message for problem in self.problems if problem.is_error), "")
        super().__init__(first)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like this one, or None when none is near."""
    if len(word) > 100:
        return None
    matches = get_close_matches(word, list(known)[:2_000], n=1, cutoff=0.6)
    return matches[0] if matches else None
