"""What a project sets once for all its workflows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workflows_app.sdk.bulk_config import BulkOperationConfig
from workflows_app.sdk.local.run import DEFAULT_CONCURRENCY
from workflows_app.sdk.publishing import Publisher, install_publisher


@dataclass(frozen=True, slots=True)
class GraphConfig:
    """How graphs run in memory."""

    checkpoint_enabled: bool = False
    """True: an execution that waits can be resumed in this process: `WorkflowEngine.resume`."""
    max_concurrency: int = DEFAULT_CONCURRENCY
    """Nodes of one run that are under way at once."""


@dataclass(frozen=True, slots=True)
class WorkflowModule:
    """The defaults of a project: what engines and `register()` use where nothing else is given."""

    graph: GraphConfig = GraphConfig()
    bulk: BulkOperationConfig = BulkOperationConfig()

    @staticmethod
    def configure(
        config: GraphConfig | BulkOperationConfig | None = None,
        *,
        publisher: Publisher | None = None,
        saga_store: object = None,
    ) -> WorkflowModule:
        """Set the project's defaults; what is left out stays as it is.

        Args:
            config: How graphs run in memory, or how bulk operations go about their items.
            publisher: Where `register()` publishes to, in the place of the installed app.
            saga_store: Refused: sagas that are registered keep their state in the app's tables.

        Returns:
            The defaults from now on.

        Raises:
            ValueError: A saga store was given.
        """
        global _current
        if saga_store is not None:
            raise ValueError(
                "There is no saga store to set: a saga that is registered keeps its state in the "
                "tables of the installed app, like every workflow. Call register()."
            )
        if isinstance(config, GraphConfig):
            _current = replace(_current, graph=config)
        elif config is not None:
            _current = replace(_current, bulk=config)
        if publisher is not None:
            install_publisher(publisher)
        return _current

    @staticmethod
    def current() -> WorkflowModule:
        """The defaults as they are."""
        return _current


_current = WorkflowModule()
