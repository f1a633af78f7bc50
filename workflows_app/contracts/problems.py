"""Document problems as contracts."""

from __future__ import annotations

from collections.abc import Iterable

from workflows_app.contracts.definitions import ProblemItem
from workflows_app.core.problems import Problem


def problem_items(problems: Iterable[Problem]) -> list[ProblemItem]:
    """The problems of the core, as they are sent."""
    return [
        ProblemItem(
            code=problem.code,
            severity=problem.severity,
            message=problem.message,
            hint=problem.hint,
            node_id=problem.node_id,
            edge_id=problem.edge_id,
            field=problem.field,
            line=problem.line,
            column=problem.column,
            related=list(problem.related),
        )
        for problem in problems
    ]
