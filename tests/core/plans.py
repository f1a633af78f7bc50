"""Plans of test documents."""

from __future__ import annotations

from tests.core.catalog import CATALOG
from workflows_app.core.compile_graph import compile_graph
from workflows_app.core.document import GraphDocument
from workflows_app.core.plan import Plan


def plan_of(document: GraphDocument) -> Plan:
    """The plan, without validation: laws hold for nonsense, too."""
    return compile_graph(document, CATALOG, "hash")
