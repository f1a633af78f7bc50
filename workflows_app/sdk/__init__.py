"""The public Python face: what a project's `workflows.py` imports."""

from workflows_app.core.document import Join, Memo, Node, Retry
from workflows_app.core.document_bulk import CircuitBreaker, MapResult, Processor
from workflows_app.core.document_saga import SagaAction
from workflows_app.errors import (
    EventNotAcceptedError,
    FatalError,
    RetryableError,
    WorkflowVersionMismatchError,
)
from workflows_app.sdk.builder import Workflow, WorkflowBuilder
from workflows_app.sdk.bulk import BulkOperation, BulkResult
from workflows_app.sdk.bulk_config import BulkOperationConfig
from workflows_app.sdk.config import GraphConfig, WorkflowModule
from workflows_app.sdk.connection import Connection
from workflows_app.sdk.context import TaskContext
from workflows_app.sdk.decorator import task, tool
from workflows_app.sdk.definition import TaskDefinition, TaskDefinitionError
from workflows_app.sdk.documents import DocumentWorkflow
from workflows_app.sdk.drawn_nodes import AgentNode, LLMNode, SubworkflowNode, ToolNode
from workflows_app.sdk.export import to_python
from workflows_app.sdk.local import Answer, Execution, Failure, Question, RealClock, VirtualClock
from workflows_app.sdk.local.execution import WorkflowFailedError, WorkflowWaitingError
from workflows_app.sdk.local.items import ItemFailure
from workflows_app.sdk.local.run import run_document, send_event
from workflows_app.sdk.local.subworkflows import LocalWorkflows
from workflows_app.sdk.machine import StateMachine
from workflows_app.sdk.nodes import AbstractWorkflowNode, GateNode, HumanNode, NodeType
from workflows_app.sdk.pipeline import Pipeline, workflow
from workflows_app.sdk.publishing import NotInstalledError, Publisher, Registered
from workflows_app.sdk.result import Err, Ok, Result, UnwrapError
from workflows_app.sdk.saga import (
    AbstractSaga,
    Saga,
    SagaFailedError,
    SagaStep,
    SagaStepError,
)
from workflows_app.sdk.steps import (
    ConditionalStep,
    FunctionStep,
    ParallelStep,
    TaskStep,
    conditional,
    parallel,
    step,
)
from workflows_app.sdk.tcc import TccSaga, TccStep
from workflows_app.sdk.workflow_engine import WorkflowEngine

__all__ = [
    "AbstractSaga",
    "AbstractWorkflowNode",
    "AgentNode",
    "Answer",
    "BulkOperation",
    "BulkOperationConfig",
    "BulkResult",
    "CircuitBreaker",
    "ConditionalStep",
    "Connection",
    "DocumentWorkflow",
    "Err",
    "EventNotAcceptedError",
    "Execution",
    "Failure",
    "FatalError",
    "FunctionStep",
    "GateNode",
    "GraphConfig",
    "HumanNode",
    "ItemFailure",
    "Join",
    "LLMNode",
    "LocalWorkflows",
    "MapResult",
    "Memo",
    "Node",
    "NodeType",
    "NotInstalledError",
    "Ok",
    "ParallelStep",
    "Pipeline",
    "Processor",
    "Publisher",
    "Question",
    "RealClock",
    "Registered",
    "Result",
    "Retry",
    "RetryableError",
    "Saga",
    "SagaAction",
    "SagaFailedError",
    "SagaStep",
    "SagaStepError",
    "StateMachine",
    "SubworkflowNode",
    "TaskContext",
    "TaskDefinition",
    "TaskDefinitionError",
    "TaskStep",
    "TccSaga",
    "TccStep",
    "ToolNode",
    "UnwrapError",
    "VirtualClock",
    "Workflow",
    "WorkflowBuilder",
    "WorkflowEngine",
    "WorkflowFailedError",
    "WorkflowModule",
    "WorkflowVersionMismatchError",
    "WorkflowWaitingError",
    "conditional",
    "parallel",
    "run_document",
    "send_event",
    "step",
    "task",
    "to_python",
    "tool",
    "workflow",
]
