"""Nodes of a graph as classes: tasks that are written in Python, gates, and people."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar

from workflows_app.core.builtin_types import DEFAULT_OUTCOMES
from workflows_app.core.document import Join, Node, Retry
from workflows_app.errors import InvalidInputError
from workflows_app.sdk.context_task import context_config, register_context_task, type_of
from workflows_app.sdk.definition import TaskDefinition, TaskDefinitionError
from workflows_app.sdk.local.people import Answer, Question, Reply


class NodeType(StrEnum):
    """What a node class becomes on the canvas."""

    TASK = "task"
    GATE = "gate"
    HUMAN = "human"
    LLM = "llm"
    AGENT = "agent"
    TOOL = "tool"
    SUBWORKFLOW = "subworkflow"


class AbstractWorkflowNode:
    """A node whose work is written in Python: a subclass names it and overrides `execute`.

    The class is registered as a task when it is defined, and each visit makes an instance of its
    own, without arguments: what the work needs comes in `state`, so that any worker can do it.
    """

    name: str = ""
    """Id of the node."""
    node_type: ClassVar[NodeType] = NodeType.TASK
    title: str = ""
    """What the canvas writes on it."""
    retry: Retry | None = None
    timeout: float | None = None
    """Seconds after which an attempt, or a wait for people, is given up."""
    on_error: str = "fail"
    """`continue`: a final failure counts as done, with the output null."""
    join: Join = Join()
    """When it starts, where several edges lead to it."""
    task: ClassVar[TaskDefinition | None] = None
    """What runs `execute` on a worker."""

    def __init__(self, name: str | None = None, *, title: str | None = None) -> None:
        """Use the class in a graph.

        Args:
            name: Another id than the class's, to have the node twice.
            title: Another title.
        """
        self.name = name or type(self).name
        self.title = title or type(self).title

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        does_work = cls.execute is not AbstractWorkflowNode.execute
        if cls.node_type is not NodeType.HUMAN and does_work:
            cls.task = register_context_task(_execute_of(cls), owner=cls)

    def execute(self, state: dict[str, Any]) -> Any:
        """The work. A subclass may define it as a coroutine.

        Args:
            state: The run's input and what earlier nodes returned, merged.

        Returns:
            An object, which is merged into the state; or a `Result` of one.
        """
        raise NotImplementedError

    def draw(self, results: Sequence[str]) -> list[Node]:
        """The nodes that it becomes, one behind the other; edges to it lead to the first.

        Args:
            results: Expressions of what earlier nodes gave, in order.
        """
        return [self._task_node(self.name, results)]

    def results(self) -> list[str]:
        """Expressions of what it gives to later nodes' states."""
        return [f"${{ nodes.{self.name} }}"]

    def _task_node(self, node_id: str, results: Sequence[str]) -> Node:
        if self.task is None:
            raise TaskDefinitionError(
                f"{type(self).__qualname__} does nothing: override `execute`."
            )
        return self._node(node_id, type_of(self.task), context_config(results))

    def _node(self, node_id: str, type_name: str, config: Mapping[str, Any]) -> Node:
        return Node.model_validate(
            {
                "id": node_id,
                "type": type_name,
                "title": self.title,
                "config": config,
                "retry": self.retry,
                "timeout_seconds": self.timeout,
                "on_error": self.on_error,
                "join": self.join,
            }
        )


class GateNode(AbstractWorkflowNode):
    """Chooses the way on: by expressions, or by an `execute` that returns the branch's id.

    Edges leave it by the branches' ids, and by `otherwise` when no branch holds.
    """

    node_type = NodeType.GATE
    branches: Mapping[str, str] | Sequence[str] = ()
    """Conditions by branch id; ids alone where `execute` chooses."""
    takes_every: bool = False
    """True: every branch whose condition holds is taken, not only the first."""

    def __init__(
        self,
        name: str | None = None,
        *,
        branches: Mapping[str, str] | Sequence[str] | None = None,
        takes_every: bool | None = None,
        title: str | None = None,
    ) -> None:
        """Make a gate.

        Args:
            name: Its id.
            branches: Conditions such as `${ input.amount > 5 }` by branch id.
            takes_every: True: every branch whose condition holds is taken.
            title: What the canvas writes on it.
        """
        super().__init__(name, title=title)
        if branches is not None:
            self.branches = branches
        if takes_every is not None:
            self.takes_every = takes_every

    def draw(self, results: Sequence[str]) -> list[Node]:
        """A gate, and before it the task that chooses, where `execute` does."""
        if isinstance(self.branches, Mapping):
            return [self._gate(self.branches, self.join)]
        choice = f"{self.name}_choice"
        chosen = {branch: f"${{ nodes.{choice} == '{branch}' }}" for branch in self.branches}
        return [self._task_node(choice, results), self._gate(chosen, Join())]

    def results(self) -> list[str]:
        """A gate gives nothing."""
        return []

    def _gate(self, conditions: Mapping[str, str], join: Join) -> Node:
        mode = "every" if self.takes_every else "first"
        branches = [
            {"id": branch, "label": branch.replace("_", " "), "condition": condition}
            for branch, condition in conditions.items()
        ]
        config: dict[str, Any] = {"mode": mode, "branches": branches}
        return Node(id=self.name, type="gate", title=self.title, config=config, join=join)


class HumanNode(AbstractWorkflowNode):
    """Asks people, and waits. Edges leave it by the ids of the outcomes.

    An `execute` in a subclass plays the person in local runs: it returns an `Answer`, an outcome's
    id, or an object in which the outcome's id is true, such as `{"approved": True}`. On the engine
    a person answers in the inbox.
    """

    node_type = NodeType.HUMAN
    heading: str = ""
    instructions: str = ""
    data: Mapping[str, Any] = {}
    """Facts to decide upon: labels and values, which may be `${ … }`."""
    users: Sequence[str] = ()
    """User names of those who may decide; without users and groups everybody may."""
    groups: Sequence[str] = ()
    outcomes: Sequence[Mapping[str, Any]] = DEFAULT_OUTCOMES
    form_schema: Mapping[str, Any] | None = None
    due_in_seconds: float | None = None

    def draw(self, results: Sequence[str]) -> list[Node]:
        """A human node."""
        config = {
            "heading": self.heading or self.title or self.name.replace("_", " ").capitalize(),
            "instructions": self.instructions,
            "data": dict(self.data),
            "assignees": {"users": list(self.users), "groups": list(self.groups)},
            "outcomes": [dict(outcome) for outcome in self.outcomes],
            "form_schema": self.form_schema,
            "due_in_seconds": self.due_in_seconds,
        }
        return [self._node(self.name, "human", config)]

    def results(self) -> list[str]:
        """The form's data, and the outcome's id with the value true."""
        return results_of_decision(self.name)

    @property
    def answers_locally(self) -> bool:
        """True when a local run need not ask anybody else."""
        return type(self).execute is not AbstractWorkflowNode.execute

    async def answer(self, question: Question) -> Reply:
        """What `execute` answers in a local run.

        Raises:
            InvalidInputError: It returned nothing that names an outcome.
        """
        told: Any = self.execute(dict(question.state))
        if inspect.isawaitable(told):
            told = await told
        if told is None or isinstance(told, Answer | str):
            return told
        ids = [str(outcome["id"]) for outcome in question.outcomes]
        if isinstance(told, Mapping):
            for outcome in ids:
                if told.get(outcome) is True:
                    data = {k: v for k, v in told.items() if k not in {*ids, "comment"}}
                    return Answer(outcome, comment=str(told.get("comment", "")), data=data)
        raise InvalidInputError(
            f"“{self.name}” answers {told!r}, which names no outcome. "
            f"Return one of: {', '.join(ids)}."
        )


def results_of_decision(node_id: str) -> list[str]:
    """Expressions of what a human node gives to later nodes' states."""
    node = f"nodes.{node_id}"
    return [
        f"${{ {node} == null ? {{}} : {node}.data }}",
        f"${{ {node} == null ? {{}} : {{{node}.outcome: true}} }}",
    ]


def _execute_of(cls: type[AbstractWorkflowNode]) -> Callable[..., Any]:
    """`execute` of a fresh instance, with the parameters and the asynchrony of the class's own."""
    method: Callable[..., Any] = cls.execute
    try:
        inspect.signature(cls).bind()
    except TypeError as error:
        raise TaskDefinitionError(
            f"{cls.__qualname__} cannot be made without arguments, and a worker has none to give. "
            "Read what the node needs from its state."
        ) from error
    takes_context = len(inspect.signature(method).parameters) > 2

    def arguments(state: Any, context: Any) -> tuple[Any, ...]:
        return (state, context) if takes_context else (state,)

    async def execute_async(state: Any, context: Any) -> Any:
        return await method(cls(), *arguments(state, context))

    def execute(state: Any, context: Any) -> Any:
        return method(cls(), *arguments(state, context))

    return execute_async if inspect.iscoroutinefunction(method) else execute
