"""`manage.py prepare`: all that a first start needs; the next one finds it done."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from workflows_app.services.templates import load_missing_templates

USERNAME = "admin"


class Command(BaseCommand):
    """Bring the database up to date, and give an empty one its first account and workflows."""

    help = "Migrate, make the first superuser, load the example workflows. Changes no other data."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--serve",
            type=int,
            metavar="PORT",
            help="Go on as `manage.py embedded` on this port, which saves a start of Django.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is missing."""
        self._prepare()
        if options["serve"] is not None:
            call_command("embedded", port=options["serve"])

    def _prepare(self) -> None:
        if has_pending_migrations():
            self.stdout.write("Bringing the database up to date …")
            call_command("migrate", verbosity=0, interactive=False)
        superuser = find_superuser()
        if superuser is None:
            superuser = self._make_superuser()
        titles = load_missing_templates(actor=superuser)
        if titles:
            self.stdout.write(f"Loaded the examples: {', '.join(titles)}.")

    def _make_superuser(self) -> Any:
        password = secrets.token_urlsafe(12)
        accounts: Any = get_user_model()._default_manager
        superuser = accounts.create_superuser(USERNAME, password=password)
        self.stdout.write(
            self.style.SUCCESS(
                "\nThe first account (this is shown once):\n\n"
                f"    user      {USERNAME}\n"
                f"    password  {password}\n"
            )
        )
        return superuser


def has_pending_migrations() -> bool:
    """True when the database lacks a migration."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def find_superuser() -> Any:
    """The oldest account that may do everything; None when there is none."""
    accounts = get_user_model()._default_manager
    return accounts.filter(is_superuser=True, is_active=True).order_by("pk").first()
