from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import Api
from tests.support.documents import (
    approval,
    edge,
    graph,
    node,
    pipeline,
    straight,
    waiting_for_signal,
)
from workflows_app.engine import clock
from workflows_app.models import AuditEntry, NodeRun, Run, RunEvent
from workflows_app.selectors import dashboard

pytestmark = pytest.mark.django_db


def test_a_run_of_engine_nodes_is_over_at_once(author: Api) -> None:
    run = author.run(straight(), {"amount": 21}, business_key="K-1", labels={"team": "a"})

    assert run["status"] == "succeeded"
    assert run["output"] == 42
    assert run["business_key"] == "K-1"
    assert run["created_by"] == "ana"
    assert [(n["node_id"], n["status"]) for n in run["nodes"]] == [
        ("start", "succeeded"),
        ("double", "succeeded"),
        ("end", "succeeded"),
    ]
    detail = author.ok("GET", f"/runs/{run['id']}")
    assert [n["id"] for n in detail["canvas"]["nodes"]] == ["start", "double", "end"]
    assert detail["seq"] == RunEvent.objects.filter(run=run["id"]).count()


def test_a_pipeline_runs_and_is_drawn_as_the_graph_that_carries_it_out(author: Api) -> None:
    run = author.run(pipeline(), {"amount": 7.5})

    detail = author.ok("GET", f"/runs/{run['id']}")

    assert (detail["status"], detail["output"]) == ("succeeded", "large")
    assert detail["canvas"]["kind"] == "pipeline"
    drawn = {n["id"] for n in detail["canvas"]["nodes"]}
    assert {"double", "choice", "large", "small"} <= drawn
    assert {n["node_id"] for n in detail["nodes"]} <= drawn
    for node_id in drawn & {n["node_id"] for n in detail["nodes"]}:
        assert author.get(f"/runs/{run['id']}/nodes/{node_id}").status_code == 200


def test_a_repeated_idempotency_key_answers_with_the_first_run(author: Api) -> None:
    workflow_id = author.published(straight())
    body = {"input": {"amount": 1}, "idempotency_key": "once"}

    first = author.post(f"/workflows/{workflow_id}/runs", body)
    second = author.post(f"/workflows/{workflow_id}/runs", body)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert Run.objects.count() == 1


def test_many_runs_start_together_and_keys_give_the_earlier_ones(author: Api) -> None:
    workflow_id = author.published(straight())
    first = author.run(straight(), {"amount": 1})
    keyed = {"input": {"amount": 4}, "idempotency_key": "four"}
    body = {"runs": [{"input": {"amount": 3}, "business_key": "K-3", "labels": {"n": 3}}, keyed]}

    started = author.post(f"/workflows/{workflow_id}/runs/bulk", body)
    again = author.post(f"/workflows/{workflow_id}/runs/bulk", {"runs": [keyed]})

    assert (started.status_code, again.status_code) == (201, 201)
    three, four = started.json()["runs"]
    assert (three["is_new"], four["is_new"]) == (True, True)
    assert again.json() == {"runs": [{"id": four["id"], "is_new": False}]}
    run = author.ok("GET", f"/runs/{three['id']}")
    assert (run["output"], run["business_key"], run["labels"]) == (6, "K-3", {"n": 3})
    assert run["created_by"] == first["created_by"]
    entry = AuditEntry.objects.get(action="runs.started")
    assert (entry.target_id, entry.detail) == (workflow_id, {"count": 2})


def test_one_wrong_run_of_many_is_named_and_none_is_started(author: Api) -> None:
    workflow_id = author.published(straight())
    runs = [
        {"input": {"amount": 1}, "idempotency_key": "same"},
        {"input": {"amount": "much"}},
        {"input": {"amount": 1}, "idempotency_key": "same"},
    ]

    response = author.post(f"/workflows/{workflow_id}/runs/bulk", {"runs": runs})
    empty = author.post(f"/workflows/{workflow_id}/runs/bulk", {"runs": []})
    many = author.post(f"/workflows/{workflow_id}/runs/bulk", {"runs": [{}] * 1_001})

    assert response.status_code == 422
    fields = [error["field"] for error in response.json()["errors"]]
    assert fields == ["runs.1.input.amount", "runs.2.idempotency_key"]
    assert (empty.status_code, many.status_code) == (422, 422)
    assert not Run.objects.exists()


def test_a_repeated_key_answers_with_the_first_run_whatever_became_of_the_workflow(
    author: Api,
) -> None:
    workflow_id = author.published(straight())
    body = {"input": {"amount": 1}, "idempotency_key": "once"}
    first = author.post(f"/workflows/{workflow_id}/runs", body)
    author.ok("POST", f"/workflows/{workflow_id}/archive", {})

    again = author.post(f"/workflows/{workflow_id}/runs", body)
    other = author.post(f"/workflows/{workflow_id}/runs", {**body, "idempotency_key": "other"})

    assert (again.status_code, other.status_code) == (200, 409)
    assert again.json()["id"] == first.json()["id"]


def test_runs_of_an_archived_workflow_are_not_retried_until_it_is_restored(author: Api) -> None:
    workflow_id = author.published(straight())
    run = author.ok("POST", f"/workflows/{workflow_id}/runs", {"input": {"amount": 1}})
    author.ok("POST", f"/workflows/{workflow_id}/archive", {})

    refused = author.post(f"/runs/{run['id']}/retry", {"node_id": "double"})
    author.ok("POST", f"/workflows/{workflow_id}/restore", {})
    again = author.post(f"/runs/{run['id']}/retry", {"node_id": "double"})

    assert (refused.status_code, again.status_code) == (409, 201)
    assert "archived" in refused.json()["detail"]


def test_labels_have_a_size(author: Api) -> None:
    workflow_id = author.published(straight())
    body = {"input": {"amount": 1}, "labels": {f"k{i}": "x" * 50 for i in range(1_000)}}

    response = author.post(f"/workflows/{workflow_id}/runs", body)

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["labels"]
    assert not Run.objects.exists()


def test_a_run_takes_the_version_that_was_asked_for(author: Api) -> None:
    workflow_id = author.published(straight())
    path = f"/workflows/{workflow_id}"
    author.put(f"{path}/draft", {"document": approval()}, **{"If-Match": '"1"'})
    author.ok("POST", f"{path}/publish", {"revision": 2})

    assert author.start(workflow_id)["version"] == 2
    assert author.start(workflow_id, version=1)["version"] == 1
    assert author.post(f"{path}/runs", {"input": {"amount": 1}, "version": 9}).status_code == 404


@pytest.mark.parametrize(
    "input,field",
    [
        ({}, "input.amount"),
        ({"amount": "many"}, "input.amount"),
        ({"amount": -1}, "input.amount"),
        ({"amount": 1, "colour": "red"}, "input.colour"),
        ({"amount": 1, "who": 5}, "input.who"),
    ],
)
def test_an_input_that_breaks_its_schema_starts_nothing(
    author: Api, input: dict[str, Any], field: str
) -> None:
    workflow_id = author.published(straight())

    response = author.post(f"/workflows/{workflow_id}/runs", {"input": input})

    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "run_input_invalid"
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["errors"][0]["hint"]
    assert Run.objects.count() == 0


def test_a_workflow_without_a_version_starts_nothing(author: Api) -> None:
    workflow = author.workflow(straight())

    response = author.post(f"/workflows/{workflow['id']}/runs", {"input": {"amount": 1}})

    assert response.status_code == 409
    assert response.json()["code"] == "not_published"


def test_a_run_is_cancelled_once(author: Api) -> None:
    run = author.run(approval())

    cancelled = author.ok("POST", f"/runs/{run['id']}/cancel", {"reason": "Not needed"})
    again = author.post(f"/runs/{run['id']}/cancel", {})

    assert run["status"] == "waiting"
    assert run["waiting_for"] == ["Decision"]
    assert run["current"] == [
        {"node_id": "approve", "title": "Manager's approval", "status": "waiting"}
    ]
    assert cancelled["status"] == "cancelled"
    assert again.status_code == 409
    assert again.json()["code"] == "run_closed"
    assert AuditEntry.objects.filter(action="run.cancelled").count() == 1


def test_a_run_is_paused_and_resumed(author: Api) -> None:
    run = author.run(waiting_for_signal(), {})
    path = f"/runs/{run['id']}"

    assert author.post(f"{path}/resume").status_code == 409
    assert author.ok("POST", f"{path}/pause")["status"] == "paused"
    seq = author.ok("POST", f"{path}/pause")["seq"]
    assert seq == Run.objects.get().seq
    assert author.ok("POST", f"{path}/resume")["status"] == "waiting"


def test_a_signal_goes_to_who_waits_for_it(author: Api) -> None:
    run = author.run(waiting_for_signal("paid"), {})

    done = author.ok(
        "POST", f"/runs/{run['id']}/signal", {"name": "paid", "payload": {"by": "card"}}
    )

    assert done["status"] == "succeeded"
    assert done["output"] == {"by": "card"}


def test_an_unknown_signal_is_refused_with_the_names_there_are(author: Api) -> None:
    run = author.run(waiting_for_signal("paid"), {})

    response = author.post(f"/runs/{run['id']}/signal", {"name": "payed"})

    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "unknown_signal"
    assert problem["names"] == ["paid"]
    assert "paid" in problem["errors"][0]["hint"]
    assert Run.objects.get().seq == run["seq"]


def test_retrying_from_a_node_takes_over_what_ran_before_it(author: Api) -> None:
    document = graph(
        [
            node("start", "start", {"input_schema": {"type": "object"}}),
            node("first", "transform", {"output": {"at": "first"}}),
            node("beside", "transform", {"output": "beside"}),
            node("broken", "transform", {"output": "${ input.missing.deep }"}),
            node("end", "end"),
        ],
        [
            edge("start", "first"),
            edge("start", "beside"),
            edge("first", "broken"),
            edge("broken", "end"),
            edge("beside", "end"),
        ],
    )
    run = author.run(document, {})
    assert run["status"] == "failed"
    assert run["error"]["node_id"] == "broken"

    response = author.post(f"/runs/{run['id']}/retry", {"node_id": "broken"})

    assert response.status_code == 201
    new = response.json()
    assert new["rerun_of"] == run["id"]
    assert new["status"] == "failed"
    reused = {n["node_id"]: n["is_reused"] for n in new["nodes"]}
    assert reused["first"] is True
    assert reused["start"] is True
    assert reused["broken"] is False
    assert NodeRun.objects.get(run=new["id"], node_id="first").output == {"at": "first"}


def test_a_run_under_way_is_not_retried_and_neither_is_an_unknown_node(author: Api) -> None:
    running = author.run(approval())
    over = author.run(straight())

    assert author.post(f"/runs/{running['id']}/retry", {"node_id": "approve"}).status_code == 409
    unknown = author.post(f"/runs/{over['id']}/retry", {"node_id": "nowhere"})
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["field"] == "node_id"
    assert Run.objects.count() == 2


def test_a_node_is_read_with_its_data(author: Api) -> None:
    run = author.run(straight(), {"amount": 4})

    detail = author.ok("GET", f"/runs/{run['id']}/nodes/double")

    assert detail["output"] == {"twice": 8}
    assert detail["input"] == {"output": {"twice": 8}} or detail["input"] is None
    assert detail["visits"] == [1]
    assert [(a["number"], a["status"]) for a in detail["attempts"]] == [(1, "succeeded")]
    assert author.get(f"/runs/{run['id']}/nodes/nowhere").status_code == 404
    assert author.get(f"/runs/{run['id']}/nodes/double?visit=2").status_code == 404
    assert author.get(f"/runs/{run['id']}/nodes/0bad").status_code == 422


def test_the_journal_is_read_in_parts(author: Api) -> None:
    run = author.run(straight())
    path = f"/runs/{run['id']}/events"

    first = author.ok("GET", f"{path}?limit=2")
    rest = author.ok("GET", f"{path}?since=2")

    assert [event["seq"] for event in first["events"]] == [1, 2]
    assert first["seq"] == run["seq"]
    assert [e["seq"] for e in rest["events"]] == list(range(3, run["seq"] + 1))
    assert first["events"][0]["type"] == "run.started"
    assert rest["events"][-1]["type"] == "run.succeeded"


def test_runs_are_filtered(author: Api) -> None:
    first = author.run(straight(), business_key="INV-7")
    second = author.run(approval(due_in_seconds=3600), business_key="INV-8")
    workflow_id = second["workflow"]["id"]

    def ids(query: str) -> list[str]:
        return [run["id"] for run in author.ok("GET", f"/runs?{query}")["items"]]

    assert ids("") == [second["id"], first["id"]]
    assert ids("status=waiting&status=failed") == [second["id"]]
    assert ids(f"workflow={workflow_id}&version=1") == [second["id"]]
    assert ids("search=inv-7") == [first["id"]]
    assert ids("business_key=INV-8") == [second["id"]]
    assert ids(f"search={first['id']}") == [first["id"]]
    assert ids("created_after=2100-01-01T00:00:00Z") == []
    assert ids("created_before=2100-01-01T00:00:00%2B02:00") == [second["id"], first["id"]]
    assert ids("overdue=true") == []
    assert ids("stuck=true") == []


def test_overdue_and_stuck_runs_are_found(author: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    overdue = author.run(approval(due_in_seconds=60))
    stuck = author.run(
        graph(
            [
                node("start", "start", {"input_schema": {"type": "object"}}),
                node("call", "http", {"method": "GET", "url": "https://example.org"}),
                node("end", "end"),
            ],
            [edge("start", "call"), edge("call", "end")],
        ),
        {},
    )
    later = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)

    dashboard = author.ok("GET", "/dashboard")

    attention = {entry["kind"]: entry for entry in dashboard["attention"]}
    assert [run["id"] for run in attention["overdue"]["items"]] == [overdue["id"]]
    assert [run["id"] for run in attention["stuck"]["items"]] == [stuck["id"]]
    assert attention["failed"]["count"] == 0
    for kind in ("overdue", "stuck"):
        listed = author.ok("GET", attention[kind]["link"])
        assert len(listed["items"]) == attention[kind]["count"] == 1
    assert dashboard["queue"] == {"depth": 1, "oldest_seconds": pytest.approx(3600, abs=60)}


def test_the_dashboard_counts(author: Api) -> None:
    for amount in (1, 2, 3):
        author.run(straight(), {"amount": amount})
    waiting = author.run(approval())
    author.ok("POST", f"/runs/{waiting['id']}/cancel", {})
    author.run(approval())

    dashboard = author.ok("GET", "/dashboard?hours=24")

    assert dashboard["totals"] == {
        "started": 5,
        "succeeded": 3,
        "failed": 0,
        "cancelled": 1,
        "compensated": 0,
    }
    assert dashboard["waiting_now"] == 1
    assert dashboard["started_today"] == 5
    assert sum(point["started"] for point in dashboard["series"]) == 5
    assert sum(point["succeeded"] for point in dashboard["series"]) == 3
    assert [entry["count"] for entry in dashboard["durations"]] == [1, 1, 1]
    assert all(entry["p50_seconds"] <= entry["p95_seconds"] for entry in dashboard["durations"])
    assert dashboard["workers"] == []


@pytest.mark.parametrize("count, median, late", [(1, 1, 1), (2, 1, 2), (20, 10, 19), (21, 11, 20)])
def test_the_dashboard_tells_durations_by_nearest_rank(
    author: Api, count: int, median: int, late: int
) -> None:
    workflow_id = author.published(straight())
    for seconds in range(count, 0, -1):
        started = author.start(workflow_id, {"amount": 1})
        row = Run.objects.get(id=started["id"])
        Run.objects.filter(id=row.id).update(
            created_at=row.finished_at - timedelta(seconds=seconds)
        )

    (told,) = author.ok("GET", "/dashboard?hours=24")["durations"]

    assert (told["count"], told["p50_seconds"], told["p95_seconds"]) == (count, median, late)


def test_durations_are_taken_of_the_latest_runs(
    author: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dashboard, "MAX_MEASURED_RUNS", 2)
    workflow_id = author.published(straight())
    for hours, seconds in ((3, 50), (1, 5), (2, 7)):
        started = author.start(workflow_id, {"amount": 1})
        ended = clock.now() - timedelta(hours=hours)
        Run.objects.filter(id=started["id"]).update(
            created_at=ended - timedelta(seconds=seconds), finished_at=ended
        )

    (told,) = author.ok("GET", "/dashboard?hours=24")["durations"]

    assert (told["count"], told["p50_seconds"], told["p95_seconds"]) == (2, 5, 7)


def test_lists_of_runs_take_the_same_queries_for_one_row_and_for_many(
    author: Api, django_assert_max_num_queries: Any
) -> None:
    workflow_id = author.published(approval())
    for _ in range(8):
        author.start(workflow_id)
    author.ok("GET", "/runs")

    # Session, account, two permission queries, runs, nodes under way.
    with django_assert_max_num_queries(6):
        items = author.ok("GET", "/runs")["items"]

    assert len(items) == 8


def test_previews_tell_value_type_and_names(author: Api) -> None:
    body = {
        "value": "${ nodes.double.twice + 1.0 }",
        "document": straight(),
        "node_id": "end",
        "sample": {"nodes": {"double": {"twice": 2.5}}},
    }

    good = author.ok("POST", "/expressions/preview", body)
    bad = author.ok("POST", "/expressions/preview", body | {"value": "${ nodes.dubble.x }"})
    literal = author.ok("POST", "/expressions/preview", body | {"value": [1, "a"]})

    assert (good["ok"], good["value"], good["type"]) == (True, 3.5, "double")
    assert "nodes.double" in good["names"]
    assert "nodes.end" not in good["names"]
    assert bad["ok"] is False
    assert bad["error"]["line"] == 1
    assert bad["error"]["column"] > 1
    assert "nodes.double" in bad["error"]["names"]
    assert (literal["value"], literal["type"]) == ([1, "a"], "list")


def test_the_palette_lists_types_with_their_forms(author: Api) -> None:
    types = {entry["name"]: entry for entry in author.ok("GET", "/palette")["types"]}

    assert {"start", "end", "gate", "human", "wait", "http", "transform", "log"} <= types.keys()
    assert types["gate"]["ports_from_config"] == {
        "field": "branches",
        "id_key": "id",
        "label_key": "label",
    }
    assert types["note"]["execution"] is None
    assert types["start"]["config_schema"]["type"] == "object"
