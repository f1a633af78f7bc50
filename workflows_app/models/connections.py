"""Connections: named credentials of other systems."""

from __future__ import annotations

import uuid

from django.conf import settings as django_settings
from django.db import models

from workflows_app.sdk.connection import CONNECTION_KINDS


class Connection(models.Model):
    """Where another system is, and the secret to use it with."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.SlugField(max_length=100, unique=True)
    """What documents call it; never changes."""
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=30, choices=[(kind, kind) for kind in CONNECTION_KINDS])
    settings = models.JSONField(default=dict)
    """What is not secret, by kind: see `workflows_app.contracts.connections`."""
    secret = models.TextField(blank=True, default="")
    """Encrypted by `workflows_app.store.secret_box`; empty: there is none."""
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=CONNECTION_KINDS), name="connection_kind_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.title
