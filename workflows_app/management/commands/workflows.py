"""`manage.py workflows`: list, check, move, run and steer workflows from a shell or a script."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflows_app import conf
from workflows_app.contracts.actor import Actor
from workflows_app.errors import FieldError, FlowdeckError
from workflows_app.management import workflow_actions as actions
from workflows_app.management.workflow_actions import REFUSED, Answer, Options

Action = Callable[[Actor, Options], Answer]


class Command(BaseCommand):
    """Parse, find the account, act, and say what came of it."""

    help = "List, validate, export, import and run workflows, and steer their runs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the actions and their options."""
        parsers = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

        def declare(name: str, text: str, act: Action) -> CommandParser:
            sub = parsers.add_parser(name, help=text, description=text)
            sub.add_argument("--user", metavar="NAME", help="Account as which to act.")
            sub.add_argument("--json", action="store_true", help="Answer in JSON, for scripts.")
            sub.set_defaults(act=act)
            return sub

        sub = declare("list", "List workflows, youngest change first.", actions.list_all)
        sub.add_argument("--search", default="", metavar="WORDS", help="Words of title or name.")
        sub.add_argument("--kind", help="Only this kind, such as graph.")
        sub.add_argument("--archived", action="store_true", help="The archived ones instead.")

        sub = declare("validate", "Say what keeps a workflow from running.", actions.validate)
        source = sub.add_mutually_exclusive_group(required=True)
        source.add_argument("workflow", nargs="?", help="Name or id: its draft is checked.")
        source.add_argument("--file", help="An exported file or a document; - reads the input.")

        sub = declare("export", "Write a workflow’s draft as a file.", actions.export)
        sub.add_argument("workflow", help="Name or id.")
        sub.add_argument("--format", choices=("json", "yaml", "scxml", "python"), default="json")
        sub.add_argument("--output", metavar="FILE", help="By default the standard output.")

        sub = declare("import", "Make a workflow of an exported file.", actions.import_file)
        sub.add_argument("file", help="JSON or YAML; - reads the standard input.")
        sub.add_argument("--title", help="By default the file’s.")
        sub.add_argument("--publish", action="store_true", help="Publish it at once.")

        sub = declare("run", "Start a run.", actions.run)
        sub.add_argument("workflow", help="Name or id.")
        given = sub.add_mutually_exclusive_group()
        given.add_argument("--input", metavar="JSON", help="What the run starts with.")
        given.add_argument("--input-file", metavar="FILE", help="The same; - reads the input.")
        sub.add_argument("--of-version", dest="version_number", type=int, metavar="NUMBER")
        sub.add_argument("--business-key", default="", metavar="TEXT")
        sub.add_argument("--idempotency-key", metavar="TEXT")
        sub.add_argument(
            "--wait", type=float, metavar="SECONDS", help="Wait for its end, that long at most."
        )

        sub = declare("send-signal", "Send a named message to a run.", actions.signal)
        sub.add_argument("run", help="The run’s id.")
        sub.add_argument("name", help="The signal’s name.")
        sub.add_argument("--payload", metavar="JSON", help="What the signal carries.")

        sub = declare("send-event", "Send an event to a state machine.", actions.event)
        sub.add_argument("run", help="The id of the machine’s run.")
        sub.add_argument("name", help="The event’s name.")
        sub.add_argument("--data", metavar="JSON", help="What the event carries.")
        sub.add_argument("--expect-state", metavar="STATE", help="Only if this state is active.")
        sub.add_argument(
            "--expect-revision", type=int, metavar="SEQ", help="Only if nothing happened since."
        )

        sub = declare("migrate-runs", "Move open runs to a version.", actions.migrate)
        sub.add_argument("workflow", help="Name or id.")
        sub.add_argument("version_number", type=int, metavar="version", help="Where they go.")
        sub.add_argument("--apply", action="store_true", help="Move them; else only tell.")
        sub.add_argument(
            "--mapping",
            action="append",
            default=[],
            metavar="OLD=NEW",
            help="New id of a node; may be given several times.",
        )
        sub.add_argument(
            "--run",
            dest="runs",
            action="append",
            default=[],
            metavar="ID",
            help="Only this run; may be given several times.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Act; the exit status tells scripts how it went (docs/cli.md)."""
        try:
            answer = options["act"](find_actor(options["user"] or conf.command_user()), options)
        except FlowdeckError as error:
            if not options["json"]:
                raise CommandError(_text_of(error), returncode=REFUSED) from error
            self.stderr.write(json.dumps(_told(error), ensure_ascii=False), style_func=str)
            raise SystemExit(REFUSED) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer.data, ensure_ascii=False))
        else:
            self.stdout.write(answer.text)
        if answer.status:
            raise SystemExit(answer.status)


def find_actor(name: str) -> Actor:
    """The account as which the command acts; what it may do is checked by each service.

    Raises:
        CommandError: nobody is named, or there is no such account.
    """
    if not name:
        raise CommandError("Say as whom to act: --user NAME, or set FLOWDECK_COMMAND_USER.")
    model: Any = get_user_model()
    actor = model._default_manager.filter(**{model.USERNAME_FIELD: name}).first()
    if actor is None:
        raise CommandError(f"There is no account “{name}”. Name one with --user.")
    return cast(Actor, actor)


def _told(error: FlowdeckError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": error.message,
        "errors": [
            asdict(item) if isinstance(item, FieldError) else dict(item) for item in error.errors
        ],
    }


def _text_of(error: FlowdeckError) -> str:
    lines = [error.message]
    for item in _told(error)["errors"]:
        place = item.get("node_id") or item.get("field") or ""
        lines.append(f"  {place}: {item['message']} {item.get('hint') or ''}".rstrip())
    return "\n".join(lines)
