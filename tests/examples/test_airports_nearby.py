"""The bulk example on all rows of its data set, as they ship with vega_datasets."""

from __future__ import annotations

import csv
from importlib.util import find_spec
from math import acos, cos, degrees, radians, sin
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile

from workflows_app.engine.work import Worker
from workflows_app.models import Run, Workflow
from workflows_app.selectors.templates import get_template_document
from workflows_app.services.publishing import publish_workflow
from workflows_app.services.runs import start_run
from workflows_app.services.uploads import upload_file
from workflows_app.services.workflows import create_workflow

pytestmark = pytest.mark.django_db(transaction=True)

NEW_YORK = (40.7128, -74.006)


def data() -> bytes:
    spec = find_spec("vega_datasets")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "_data" / "airports.csv").read_bytes()


def is_near(row: dict[str, str]) -> bool:
    """By the spherical law of cosines, and not by the formula of the example."""
    (north, east), latitude, longitude = NEW_YORK, float(row["latitude"]), float(row["longitude"])
    angle = acos(
        sin(radians(north)) * sin(radians(latitude))
        + cos(radians(north)) * cos(radians(latitude)) * cos(radians(longitude - east))
    )
    return degrees(angle) * 111.195 <= 50


def test_the_airports_near_new_york_are_found_among_all_of_them():
    actor = get_user_model().objects.create_superuser("root")
    workflow_id = create_workflow(
        actor=actor,
        title="Airports nearby",
        document=get_template_document(template_id="airports-nearby"),
    )
    publish_workflow(actor=actor, workflow_id=workflow_id, revision=1, note="")
    upload_id = upload_file(actor=actor, content=ContentFile(data()), name="airports.csv")
    place = {"latitude": NEW_YORK[0], "longitude": NEW_YORK[1], "within_km": 50}
    started = start_run(
        actor=actor,
        workflow_id=workflow_id,
        input={"airports": {"upload": str(upload_id)}, **place},
    )
    Worker("examples").work(seconds=60)
    run = Run.objects.get(id=started.run_id)
    assert run.status == "succeeded", run.error
    rows = list(csv.DictReader(data().decode().splitlines()))
    near = [row for row in rows if is_near(row)]
    assert (run.output["total"], run.output["failed"]) == (3376, 0)
    assert run.output["results"] == near
    assert {"JFK", "LGA", "EWR"} <= {row["iata"] for row in near}
    assert Workflow.objects.get().kind == "bulk"


def test_the_example_runs_with_the_input_that_it_suggests():
    actor = get_user_model().objects.create_superuser("root")
    document = get_template_document(template_id="airports-nearby")
    workflow_id = create_workflow(actor=actor, title="Airports nearby", document=document)
    publish_workflow(actor=actor, workflow_id=workflow_id, revision=1, note="")
    fields = document["input_schema"]["properties"]
    suggested = {name: field["default"] for name, field in fields.items()}
    started = start_run(actor=actor, workflow_id=workflow_id, input=suggested)
    Worker("examples").work()
    found = Run.objects.get(id=started.run_id).output
    assert [airport["iata"] for airport in found["results"]] == ["EWR", "JFK", "LGA"]
