"""`manage.py workflows`: what it says, what it changes, and how it exits."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.core.machines import act, final, machine, on, state
from tests.engine.build import chain, edge, graph, node, work
from workflows_app.engine.plans import plan_of
from workflows_app.models import AuditEntry, Run, Workflow
from workflows_app.services.drafts import save_draft
from workflows_app.services.publishing import publish_workflow
from workflows_app.services.roles import ensure_roles
from workflows_app.services.workflows import create_workflow

pytestmark = pytest.mark.django_db(transaction=True)

PAID = "${ event.data.amount }"
WAITING = chain(node("w", "wait", {"mode": "signal", "signal": "paid"}))
ECHO = chain(node("echo", "transform", {"output": "${ input.word }"}))
ORDER = machine(
    state("pending", on("pay", "paid")),
    state("paid", on("ship", "shipped"), entry=[act("keep", "assign", data={"paid": PAID})]),
    final("shipped", output="${ data.paid }"),
    data={"paid": 0},
)
BROKEN = chain(node("a", "task:nowhere"))


@pytest.fixture(autouse=True)
def people() -> Any:
    ensure_roles()
    ann = get_user_model().objects.create_user("ann")
    ann.groups.set(Group.objects.filter(name__in=["Authors", "Operators"]))
    get_user_model().objects.create_user("eve")
    yield ann
    plan_of.cache_clear()


@pytest.fixture
def published(people: Any) -> Any:
    def publish(document: dict[str, Any], title: str = "Test") -> Workflow:
        workflow_id = create_workflow(actor=people, title=title, document=document)
        publish_workflow(actor=people, workflow_id=workflow_id, revision=1)
        return Workflow.objects.get(id=workflow_id)

    return publish


def say(*arguments: str, user: str = "ann") -> str:
    out = io.StringIO()
    call_command("workflows", *arguments, "--user", user, stdout=out, no_color=True)
    return out.getvalue()


def told(*arguments: str, user: str = "ann", status: int = 0) -> Any:
    """The JSON answer; of a refusal, the JSON error."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("workflows", *arguments, "--user", user, "--json", stdout=out, stderr=err)
    except SystemExit as end:
        code = int(end.code or 0)
    assert code == status, out.getvalue() + err.getvalue()
    return json.loads(out.getvalue() or err.getvalue())


def test_the_list_names_every_workflow(published):
    published(ECHO, "First")
    create_workflow(
        actor=get_user_model().objects.get(username="ann"), title="Second", kind="graph"
    )
    lines = [line.split() for line in say("list").splitlines()]
    assert lines == [
        ["second", "graph", "not", "published", "Second"],
        ["first", "graph", "version", "1", "First"],
    ]
    assert [row["name"] for row in told("list", "--search", "irs")] == ["first"]
    assert told("list", "--archived") == []


def test_a_draft_that_can_run_is_valid(published):
    published(ECHO, "First")
    assert say("validate", "first").strip() == "It can run."


def test_a_file_that_cannot_run_says_why_and_exits_with_one(tmp_path):
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(BROKEN))
    answer = told("validate", "--file", str(file), status=1)
    assert answer["is_valid"] is False
    assert [(p["code"], p["node_id"]) for p in answer["problems"]] == [("unknown_node_type", "a")]


def test_an_exported_file_comes_in_again_as_the_same_document(published, tmp_path):
    workflow = published(ECHO, "First")
    file = tmp_path / "first.yaml"
    say("export", "first", "--format", "yaml", "--output", str(file))
    answer = told("import", str(file), "--title", "Again", "--publish")
    again = Workflow.objects.get(id=answer["id"])
    assert (answer["version"], again.title, again.name) == (1, "Again", "again")
    assert again.latest_version.hash == workflow.latest_version.hash
    assert AuditEntry.objects.filter(action="workflow.exported", actor__username="ann").exists()


def test_an_import_that_cannot_be_published_makes_nothing(tmp_path):
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(BROKEN))
    error = told("import", str(file), "--publish", status=1)
    assert error["code"] == "document_invalid"
    assert error["errors"][0]["node_id"] == "a"
    assert not Workflow.objects.exists()


def test_a_run_that_succeeds_is_told_with_its_output(published):
    published(ECHO, "First")
    answer = told("run", "first", "--input", '{"word": "hello"}', "--wait", "0")
    assert (answer["status"], answer["output"]) == ("succeeded", "hello")
    assert Run.objects.get().created_by.username == "ann"


def test_a_run_is_started_once_for_a_key(published):
    published(WAITING, "First")
    first = told("run", "first", "--idempotency-key", "k")
    again = told("run", "first", "--idempotency-key", "k")
    assert (first["is_new"], again["is_new"]) == (True, False)
    assert first["id"] == again["id"]


def test_a_run_that_fails_exits_with_three(published):
    failing = graph(
        [node("start", "start"), node("end", "end", {"outcome": "failed", "message": "No."})],
        [edge("start", "end")],
    )
    published(failing, "First")
    answer = told("run", "first", "--wait", "0", status=3)
    assert (answer["status"], answer["error"]["message"]) == ("failed", "No.")


def test_a_run_that_goes_on_exits_with_four_and_ends_with_its_signal(published):
    published(WAITING, "First")
    run_id = told("run", "first", "--wait", "0", status=4)["id"]
    assert told("send-signal", run_id, "paid", "--payload", '{"by": "card"}')["name"] == "paid"
    work()
    run = Run.objects.get(id=run_id)
    assert (run.status, run.output) == ("succeeded", {"by": "card"})


def test_an_event_moves_a_machine_from_the_state_that_was_expected(published):
    published(ORDER, "Order")
    run_id = told("run", "order")["id"]
    revision = str(Run.objects.get(id=run_id).seq)
    pay = ("send-event", run_id, "pay", "--data", '{"amount": 20}')

    stale = told(*pay, "--expect-state", "paid", status=1)
    assert (stale["code"], "not in “paid” but “pending”" in stale["message"]) == (
        "stale_machine",
        True,
    )
    assert told(*pay, "--expect-revision", "1", status=1)["code"] == "stale_machine"
    assert told("send-event", run_id, "ship", status=1)["code"] == "event_not_accepted"
    assert str(Run.objects.get(id=run_id).seq) == revision

    expected = ("--expect-state", "pending", "--expect-revision", revision)
    assert told(*pay, *expected) == {"run": run_id, "name": "pay"}
    assert say("send-event", run_id, "ship").strip() == "Sent “ship”."
    run = Run.objects.get(id=run_id)
    assert (run.status, run.output) == ("succeeded", 20)


def test_open_runs_move_once_they_are_told_to(published):
    workflow = published(WAITING, "First")
    run_id = told("run", "first")["id"]
    _publish_again(workflow, chain(node("v", "wait", {"mode": "signal", "signal": "paid"})))

    stuck = told("migrate-runs", "first", "2", status=5)
    assert (stuck["is_dry_run"], stuck["to_version"]) == (True, 2)
    assert [(row["verdict"], row["obstacles"][0]["node_id"]) for row in stuck["runs"]] == [
        ("needs_mapping", "w")
    ]
    mapped = ("migrate-runs", "first", "2", "--mapping", "w=v")
    assert [row["verdict"] for row in told(*mapped)["runs"]] == ["can_move"]
    assert say(*mapped).splitlines() == [
        f"{run_id}  version 1  can_move",
        "Nothing was changed; --apply moves the runs that can move.",
    ]
    assert told(*mapped, "--apply", "--run", str(workflow.id))["runs"] == []
    assert Run.objects.get(id=run_id).version.number == 1

    moved = told(*mapped, "--apply", "--run", run_id)
    assert [(row["run_id"], row["verdict"]) for row in moved["runs"]] == [(run_id, "moved")]
    assert Run.objects.get(id=run_id).version.number == 2
    assert say(*mapped).strip() == "No open run is on another version than 2."


def test_a_run_that_cannot_move_stays_when_moving_is_applied(published):
    workflow = published(WAITING, "First")
    run_id = told("run", "first")["id"]
    _publish_again(workflow, ECHO)
    answer = told("migrate-runs", "first", "2", "--apply", status=5)
    assert (answer["is_dry_run"], answer["runs"][0]["verdict"]) == (False, "needs_mapping")
    assert Run.objects.get(id=run_id).version.number == 1


def _publish_again(workflow: Workflow, document: dict[str, Any]) -> None:
    ann = get_user_model().objects.get(username="ann")
    revision = save_draft(actor=ann, workflow_id=workflow.id, revision=1, document=document)
    publish_workflow(actor=ann, workflow_id=workflow.id, revision=revision)


@pytest.mark.parametrize(
    "arguments, code, part",
    [
        (("validate", "nowhere"), "not_found", "nowhere"),
        (("run", "first", "--input", "{"), "invalid_input", "input"),
        (("run", "first", "--input", "[]"), "invalid_input", "no object"),
        (("run", "first", "--of-version", "9"), "not_found", "version 9"),
        (("send-signal", "x", "paid"), "invalid_input", "run"),
        (("send-event", "x", "pay"), "invalid_input", "run"),
        (("send-event", "x", "pay", "--data", "{"), "invalid_input", "run"),
        (("migrate-runs", "nowhere", "1"), "not_found", "nowhere"),
        (("migrate-runs", "first", "9"), "not_found", "version 9"),
        (("migrate-runs", "first", "1", "--run", "x"), "invalid_input", "run"),
        (("migrate-runs", "first", "1", "--mapping", "a="), "invalid_input", "old=new"),
        (
            ("migrate-runs", "first", "1", "--mapping", "a=b", "--mapping", "a=c"),
            "invalid_input",
            "named twice",
        ),
        (("import", "/nowhere.json"), "invalid_input", "/nowhere.json"),
        (("export", "first", "--output", "/nowhere/x"), "invalid_input", "/nowhere/x"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(published, arguments, code, part):
    published(ECHO, "First")
    error = told(*arguments, status=1)
    assert error["code"] == code
    assert part in error["message"]
    assert not Run.objects.exists()


def test_an_unknown_signal_names_those_there_are(published):
    published(WAITING, "First")
    run_id = told("run", "first")["id"]
    error = told("send-signal", run_id, "pay", status=1)
    assert error["code"] == "unknown_signal"
    with pytest.raises(CommandError, match="Use one of: paid"):
        say("send-signal", run_id, "pay")


def test_permissions_hold(published, tmp_path):
    published(ECHO, "First")
    for arguments in (
        ("list",),
        ("run", "first"),
        ("export", "first"),
        ("validate", "first"),
        ("migrate-runs", "first", "1", "--apply"),
    ):
        assert told(*arguments, user="eve", status=1)["code"] == "permission_denied"
    assert not Run.objects.exists()


def test_nobody_acts_without_an_account(settings, published):
    published(ECHO, "First")
    with pytest.raises(CommandError, match="FLOWDECK_COMMAND_USER"):
        call_command("workflows", "list")
    with pytest.raises(CommandError, match="no account “zoe”"):
        say("list", user="zoe")
    settings.FLOWDECK_COMMAND_USER = "ann"
    out = io.StringIO()
    call_command("workflows", "list", stdout=out)
    assert "first" in out.getvalue()


def test_a_file_that_is_no_text_is_refused(tmp_path: Path):
    file = tmp_path / "x.json"
    file.write_bytes(b"\xff\xfe")
    assert "UTF-8" in told("import", str(file), status=1)["message"]
