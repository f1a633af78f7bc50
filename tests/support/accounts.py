"""The people of tests, created inside the stack under test."""

from __future__ import annotations

PASSWORD = "correct horse battery staple"

ADMIN = "admin"
"""Superuser."""
ANN = "ann"
"""Draws, publishes, runs and operates: groups Authors and Operators."""
BOB = "bob"
"""Decides human tasks: group Approvers."""
EVE = "eve"
"""May log in, and nothing else."""

CREATE = f"""
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from workflows_app.services.roles import ensure_roles

ensure_roles()
password = make_password({PASSWORD!r})
User.objects.create(username={ADMIN!r}, password=password, is_staff=True, is_superuser=True)
ann = User.objects.create(username={ANN!r}, first_name="Ann", password=password)
bob = User.objects.create(username={BOB!r}, first_name="Bob", password=password)
User.objects.create(username={EVE!r}, password=password)
ann.groups.set(Group.objects.filter(name__in=["Authors", "Operators"]))
bob.groups.set(Group.objects.filter(name="Approvers"))
"""
"""Python source for `manage.py shell` on an empty database."""
