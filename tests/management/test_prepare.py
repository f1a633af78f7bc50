import io

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from workflows_app.models import Version, Workflow
from workflows_app.services.workflows import archive_workflow

pytestmark = pytest.mark.django_db

NAMES = [
    "airport-report",
    "airports-nearby",
    "expense-approval",
    "order",
    "order-saga",
    "text-check",
]


def prepare():
    output = io.StringIO()
    call_command("prepare", stdout=output, no_color=True)
    return output.getvalue()


def test_first_time_makes_an_account_whose_password_works_and_publishes_the_examples():
    output = prepare()
    password = output.split("password")[1].split()[0]
    admin = get_user_model().objects.get()
    assert (admin.username, admin.is_superuser, admin.is_staff) == ("admin", True, True)
    assert admin.check_password(password)
    assert sorted(Workflow.objects.values_list("name", flat=True)) == NAMES
    assert list(Version.objects.values_list("number", flat=True)) == [1] * len(NAMES)
    assert "Text check, Airports nearby, Order saga, Order" in output


def test_second_time_changes_nothing_and_says_nothing():
    prepare()
    before = list(Workflow.objects.order_by("pk").values())
    assert prepare() == ""
    assert list(Workflow.objects.order_by("pk").values()) == before
    assert get_user_model().objects.count() == 1


def test_examples_that_somebody_changed_or_archived_stay_so():
    prepare()
    admin = get_user_model().objects.get()
    archived = Workflow.objects.get(name="text-check")
    archive_workflow(actor=admin, workflow_id=archived.pk)
    Workflow.objects.filter(name="airport-report").update(title="Mine")
    assert prepare() == ""
    archived.refresh_from_db()
    assert archived.archived_at is not None
    assert Workflow.objects.get(name="airport-report").title == "Mine"
    assert Workflow.objects.count() == len(NAMES)


def test_an_account_that_is_there_is_the_one_that_loads():
    boss = get_user_model().objects.create_superuser("boss", password="x")
    output = prepare()
    assert "password" not in output
    assert get_user_model().objects.get() == boss
    assert {workflow.created_by for workflow in Workflow.objects.all()} == {boss}
