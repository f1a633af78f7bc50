"""What `manage.py workflows` can do: one function an action, each over services and selectors."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from workflows_app.contracts.actor import Actor
from workflows_app.core.state import CLOSED
from workflows_app.errors import FieldError, InvalidInputError, NotFoundError
from workflows_app.selectors.runs import get_run
from workflows_app.selectors.workflow_names import find_workflow_id
from workflows_app.selectors.workflows import (
    get_draft,
    list_workflows,
    validate_document,
    validate_loose_document,
)
from workflows_app.services.json_text import UnreadableTextError, parse_json
from workflows_app.services.machines import send_event
from workflows_app.services.publishing import publish_workflow
from workflows_app.services.run_migrations import migrate_runs, plan_migration
from workflows_app.services.runs import send_signal, start_run
from workflows_app.services.transfer import export_workflow, import_workflow, read_workflow_file

REFUSED = 1
"""Exit status: the action was refused, or the document cannot run."""

RUN_NOT_SUCCEEDED = 3
"""Exit status: the run that was waited for failed or was cancelled."""

RUN_GOES_ON = 4
"""Exit status: the run was not over when the waiting was."""

RUNS_STAY = 5
"""Exit status: runs cannot move to the version, or did not."""

_LOOK_SECONDS = 0.5
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What an action came to, for scripts and for people."""

    data: Any
    text: str
    status: int = 0


Options = Mapping[str, Any]


def list_all(actor: Actor, options: Options) -> Answer:
    """Every workflow that fits, youngest change first."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = list_workflows(
            user=actor,
            search=options["search"],
            kind=options["kind"],
            is_archived=options["archived"],
            cursor=cursor,
            limit=_PAGE,
        )
        found += [item.model_dump(mode="json") for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    lines = [
        f"{row['name']:<30}  {row['kind']:<14}  {_version(row):<14}  {row['title']}"
        for row in found
    ]
    return Answer(found, "\n".join(lines) or "There are no workflows.")


def validate(actor: Actor, options: Options) -> Answer:
    """The problems of a file, or of a workflow's draft."""
    if options["file"] is not None:
        document, _ = read_workflow_file(_read_text(options["file"]))
        result = validate_loose_document(user=actor, document=document)
    else:
        result = validate_document(user=actor, workflow_id=_id_of(options["workflow"]))
    is_valid = all(problem.severity != "error" for problem in result.problems)
    lines = [
        f"{problem.severity}: {_place(problem.model_dump())}{problem.message} {problem.hint}"
        for problem in result.problems
    ]
    lines.append("It can run." if is_valid else "It cannot run.")
    data = {"is_valid": is_valid, **result.model_dump(mode="json")}
    return Answer(data, "\n".join(lines), 0 if is_valid else REFUSED)


def export(actor: Actor, options: Options) -> Answer:
    """The draft as text, or in a file."""
    workflow_id = _id_of(options["workflow"])
    exported = export_workflow(actor=actor, workflow_id=workflow_id, file_format=options["format"])
    if options["output"] is None:
        return Answer({"text": exported.text}, exported.text.rstrip("\n"))
    path = Path(options["output"])
    try:
        path.write_text(exported.text, encoding="utf-8")
    except OSError as error:
        raise _bad(
            "output", f"{path}: {error.strerror}", "Name a file that can be written."
        ) from None
    return Answer({"file": str(path)}, f"Wrote {path}.")


def import_file(actor: Actor, options: Options) -> Answer:
    """A new workflow from a file; published if asked, or else not made at all."""
    text = _read_text(options["file"])
    with transaction.atomic():
        workflow_id = import_workflow(actor=actor, text=text, title=options["title"])
        if not options["publish"]:
            data = {"id": str(workflow_id), "version": None}
            return Answer(data, f"Imported as {workflow_id}.")
        revision = get_draft(user=actor, workflow_id=workflow_id).revision
        published = publish_workflow(actor=actor, workflow_id=workflow_id, revision=revision)
    return Answer(
        {"id": str(workflow_id), "version": published.number},
        f"Imported as {workflow_id}, published as version {published.number}.",
    )


def run(actor: Actor, options: Options) -> Answer:
    """A new run; with `wait`, what became of it."""
    given = options["input"]
    if options["input_file"] is not None:
        given = _read_text(options["input_file"])
    values = {} if given is None else _parsed(given, "input")
    if not isinstance(values, Mapping):
        raise _bad("input", "is no object", 'Give an object such as {"amount": 7}.')
    started = start_run(
        actor=actor,
        workflow_id=_id_of(options["workflow"]),
        input=values,
        business_key=options["business_key"],
        idempotency_key=options["idempotency_key"],
        version=options["version_number"],
    )
    if options["wait"] is None:
        data = {"id": str(started.run_id), "is_new": started.is_new}
        return Answer(data, f"Started {started.run_id}.")
    return _wait(actor, started.run_id, options["wait"])


def signal(actor: Actor, options: Options) -> Answer:
    """A message to a waiting run."""
    run_id = _run_id(options["run"])
    payload = None if options["payload"] is None else _parsed(options["payload"], "payload")
    send_signal(actor=actor, run_id=run_id, name=options["name"], payload=payload)
    return Answer({"run": str(run_id), "name": options["name"]}, f"Sent “{options['name']}”.")


def event(actor: Actor, options: Options) -> Answer:
    """An event to a state machine."""
    run_id = _run_id(options["run"])
    name = options["name"]
    data = None if options["data"] is None else _parsed(options["data"], "data")
    send_event(
        actor=actor,
        run_id=run_id,
        name=name,
        data=data,
        expect_state=options["expect_state"],
        expect_revision=options["expect_revision"],
    )
    return Answer({"run": str(run_id), "name": name}, f"Sent “{name}”.")


def migrate(actor: Actor, options: Options) -> Answer:
    """What would become of open runs, or what did; with a status of its own if some stay."""
    verb = migrate_runs if options["apply"] else plan_migration
    report = verb(
        actor=actor,
        workflow_id=_id_of(options["workflow"]),
        version=options["version_number"],
        mapping=_mapping(options["mapping"]),
        run_ids=[_run_id(run) for run in options["runs"]] or None,
    )
    lines: list[str] = []
    for row in report.runs:
        lines.append(f"{row.run_id}  version {row.from_version}  {row.verdict}")
        lines += [f"  {each.node_id or ''}: {each.message}" for each in row.obstacles]
    if not report.runs:
        lines.append(f"No open run is on another version than {report.to_version}.")
    elif report.is_dry_run:
        lines.append("Nothing was changed; --apply moves the runs that can move.")
    can_all = all(not row.obstacles for row in report.runs)
    data = report.model_dump(mode="json")
    return Answer(data, "\n".join(lines), 0 if can_all else RUNS_STAY)


def _wait(actor: Actor, run_id: UUID, seconds: float) -> Answer:
    give_up_at = time.monotonic() + seconds
    while True:
        seen = get_run(user=actor, run_id=run_id)
        is_over = seen.status in CLOSED
        if is_over or time.monotonic() >= give_up_at:
            break
        time.sleep(min(_LOOK_SECONDS, max(0.0, give_up_at - time.monotonic())))
    told = seen.model_dump(mode="json", include={"id", "status", "output", "error"})
    text = f"{run_id}: {seen.status}"
    if seen.error is not None:
        text += f". {seen.error.message}"
    if seen.status == "succeeded":
        return Answer(told, text)
    return Answer(told, text, RUN_NOT_SUCCEEDED if is_over else RUN_GOES_ON)


def _id_of(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        found = find_workflow_id(name)
    if found is None:
        raise NotFoundError(
            f"There is no workflow “{name}”. `manage.py workflows list` shows the names."
        )
    return found


def _run_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _bad("run", f"{text!r} is no run’s id", "Copy it from the run’s page.") from None


def _mapping(pairs: Sequence[str]) -> dict[str, str]:
    """New ids of nodes by their old ones, of texts such as `old=new`."""
    mapping: dict[str, str] = {}
    for pair in pairs:
        old, _, new = pair.partition("=")
        if not old or not new:
            raise _bad("mapping", f"{pair!r} names no two ids", "Write --mapping old=new.")
        if mapping.setdefault(old, new) != new:
            raise _bad("mapping", f"{old!r} is named twice", "Give it one new id.")
    return mapping


def _read_text(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8")
    except OSError as error:
        raise _bad("file", f"{file}: {error.strerror}", "Name a file that can be read.") from None
    except UnicodeDecodeError:
        raise _bad("file", f"{file} is no UTF-8 text", "Save it as UTF-8.") from None


def _parsed(text: str, field: str) -> Any:
    try:
        return parse_json(text)
    except UnreadableTextError as error:
        raise _bad(field, str(error), "Give JSON, in quotes for the shell.") from error


def _bad(field: str, message: str, hint: str) -> InvalidInputError:
    return InvalidInputError(
        f"{field}: {message}. {hint}", errors=[FieldError(field, message, hint, "unreadable")]
    )


def _version(row: Mapping[str, Any]) -> str:
    if row["latest_version"] is None:
        return "not published"
    return f"version {row['latest_version']}"


def _place(problem: Mapping[str, Any]) -> str:
    parts = [problem.get("node_id") or problem.get("edge_id"), problem.get("field")]
    named = [part for part in parts if part]
    return f"{' '.join(named)}: " if named else ""
