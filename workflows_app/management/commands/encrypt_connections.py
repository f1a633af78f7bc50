"""`manage.py encrypt_connections`: put every secret under the newest encryption key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows_app.errors import FlowdeckError
from workflows_app.services.connections import encrypt_again


class Command(BaseCommand):
    """The second step of changing the key: afterwards the old key may leave the settings."""

    help = "Encrypt the secrets of all connections under the first of FLOWDECK_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Encrypt them, all or none."""
        try:
            count = encrypt_again()
        except FlowdeckError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{count} secrets are encrypted under the first key.")
