"""`WorkflowEngine`: runs a built graph in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workflows_app.core.canonical import hash_document
from workflows_app.core.plan import Plan
from workflows_app.errors import WorkflowVersionMismatchError
from workflows_app.sdk.builder import Workflow
from workflows_app.sdk.config import GraphConfig, WorkflowModule
from workflows_app.sdk.local.clock import Clock
from workflows_app.sdk.local.execution import Execution, WorkflowFailedError
from workflows_app.sdk.local.people import People, Question, Reply
from workflows_app.sdk.local.programs import Fakes, KeptPlan, compile_local
from workflows_app.sdk.local.run import resume_run, run_plan
from workflows_app.sdk.nodes import HumanNode
from workflows_app.sdk.result import Err, Ok, Result


class WorkflowEngine:
    """Runs one workflow, any number of times."""

    def __init__(self, workflow: Workflow, config: GraphConfig | None = None) -> None:
        """Make an engine.

        Args:
            workflow: What `WorkflowBuilder.build` gave.
            config: How it runs; the project's by default.
        """
        self.workflow = workflow
        self.config = config or WorkflowModule.current().graph
        self._kept = KeptPlan()

    async def execute(
        self,
        start: str | None = None,
        state: Mapping[str, Any] | None = None,
        *,
        people: People | None = None,
        fakes: Fakes | None = None,
        signals: Mapping[str, Any] | None = None,
        clock: Clock | None = None,
    ) -> Result[Execution, WorkflowFailedError]:
        """Run the workflow until it is over, or waits for somebody who is not there.

        Args:
            start: The node to start at; all nodes that no edge leads to by default.
            state: What the state begins with: the run's input.
            people: Who answers human nodes. By default the nodes that say so in `execute`.
            fakes: What carries out nodes in the place of their tasks.
            signals: Payloads by name, for whoever waits for such a signal.
            clock: What time it is; waits take none by default.

        Returns:
            The execution, over (`status` is `succeeded`) or waiting; or why it failed.

        Raises:
            InvalidDocument: It cannot run; its problems say why.
            ValueError: There is no node `start`.
        """
        execution = await run_plan(
            self._plan(start, fakes),
            state,
            people=self._people() if people is None else people,
            fakes=fakes,
            signals=signals,
            clock=clock,
            concurrency=self.config.max_concurrency,
        )
        return self._result(execution)

    async def resume(
        self,
        execution: Execution,
        *,
        people: People | None = None,
        fakes: Fakes | None = None,
        signals: Mapping[str, Any] | None = None,
    ) -> Result[Execution, WorkflowFailedError]:
        """Let an execution that waits go on where it stopped.

        Args:
            execution: What `execute` returned, with `GraphConfig(checkpoint_enabled=True)`.
            people: See `execute`, as all others.
            fakes: What carries out nodes in the place of their tasks.
            signals: Payloads by name.

        Raises:
            ConflictError: It is over, was resumed already, or keeps no checkpoint.
            WorkflowVersionMismatchError: It is a run of another document than the engine's.
        """
        documents = {hash_document(self.workflow.to_document())}
        documents |= {
            hash_document(self.workflow.starting_at(name).to_document())
            for name in self.workflow.nodes
        }
        if execution.plan.hash not in documents:
            raise WorkflowVersionMismatchError(
                "The workflow has changed since this execution began. Resume it with an engine "
                "of the workflow as it was."
            )
        return self._result(
            await resume_run(
                execution,
                people=self._people() if people is None else people,
                fakes=fakes,
                signals=signals,
                concurrency=self.config.max_concurrency,
            )
        )

    def _plan(self, start: str | None, fakes: Fakes | None) -> Plan:
        workflow = self.workflow
        if start is not None:
            workflow = workflow.starting_at(start)
        if fakes:
            return compile_local(workflow.to_document(), fakes)
        return self._kept.of((self.workflow, start), workflow.to_document)

    def _result(self, execution: Execution) -> Result[Execution, WorkflowFailedError]:
        if not self.config.checkpoint_enabled:
            execution = replace(execution, checkpoint=None)
        if execution.failure is not None:
            return Err(WorkflowFailedError(execution.failure, execution))
        return Ok(execution)

    def _people(self) -> People | None:
        """Human nodes that answer for themselves; None where none does."""
        answering = {
            name: node
            for name, node in self.workflow.nodes.items()
            if isinstance(node, HumanNode) and node.answers_locally
        }
        if not answering:
            return None

        async def answer(question: Question) -> Reply:
            node = answering.get(question.node)
            return None if node is None else await node.answer(question)

        return answer
