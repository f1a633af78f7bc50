"""Documents come back as they were written."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from workflows_app.models import Draft, Workflow

pytestmark = pytest.mark.django_db


def test_a_document_keeps_the_order_of_its_keys():
    now = timezone.now()
    workflow = Workflow.objects.create(name="w", title="W", created_at=now, updated_at=now)
    document = {"z": 1, "a": {"longest": "é", "b": None}, "m": [{"y": 1.5, "x": True}]}
    Draft.objects.create(workflow=workflow, document=document, hash="h", updated_at=now)
    read = Draft.objects.get(workflow=workflow).document
    assert json.dumps(read) == json.dumps(document)
