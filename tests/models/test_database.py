import pytest
from django.db import connection


@pytest.mark.django_db
def test_database_is_the_one_that_was_asked_for(pytestconfig):
    assert connection.vendor == pytestconfig.getoption("database")
