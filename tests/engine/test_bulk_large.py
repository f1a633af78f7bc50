"""A hundred thousand items pass, and memory does not grow with them."""

from __future__ import annotations

import json
import resource
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile

from tests.engine.build import run_of, start
from workflows_app.engine import clock
from workflows_app.engine.work import Worker
from workflows_app.models import Batch, Bulk, RunEvent
from workflows_app.store.uploads import insert_upload

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

PROCESSOR = {"type": "task:test.echo", "config": {"value": "${ item.n }"}}
GROWTH_KB = 30_000
"""Ten times as many items may take so much more. As one list they would take several times that."""


def upload(count: int) -> str:
    """A JSON Lines file of some hundred bytes a row."""
    upload_id = uuid4()
    rows = "".join(json.dumps({"n": n, "text": "x" * 100}) + "\n" for n in range(count))
    insert_upload(
        upload_id=upload_id,
        content=ContentFile(rows.encode()),
        name="rows.jsonl",
        file_format="jsonl",
        content_type="",
        size=len(rows),
        sha256="",
        rows=count,
        broken_rows=0,
        created_by_id=None,
        now=clock.now(),
    )
    return str(upload_id)


def peak_kb_after(count: int) -> int:
    """Work on so many items, and give the most memory that the process has had so far."""
    document = {"kind": "bulk", "items": "${ input.rows }", "processor": PROCESSOR}
    run_id = start(document, {"rows": {"upload": upload(count)}})
    Worker("large").work(seconds=800)
    run = run_of(run_id)
    assert run.status == "succeeded", run.error
    assert run.output["succeeded"] == count
    assert Bulk.objects.get(run_id=run_id).total == count
    assert RunEvent.objects.filter(run_id=run_id).count() < 500
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_a_hundred_thousand_items_take_no_more_memory_than_ten_thousand():
    before = peak_kb_after(10_000)
    after = peak_kb_after(100_000)
    assert after - before < GROWTH_KB
    last = Batch.objects.order_by("-id")[0]
    assert last.results[-1] == [99_999, 99_999]
