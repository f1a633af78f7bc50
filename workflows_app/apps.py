"""The Django app."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class WorkflowsAppConfig(AppConfig):
    """Definitions, engine, API and push."""

    name = "workflows_app"
    verbose_name = "Workflows"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register tasks and admin pages; make the groups of `services.roles` behind migrations."""
        from workflows_app import checks  # noqa: F401 - registers with Django
        from workflows_app.engine import clock
        from workflows_app.sdk.publishing import install_publisher
        from workflows_app.services.registering import CodePublisher
        from workflows_app.workers import lifecycle, tasks  # noqa: F401 - registers with Celery

        connection_created.connect(clock.on_connection, dispatch_uid="workflows_app.clock")
        install_publisher(CodePublisher())
        autodiscover_modules("workflows")
        if apps.is_installed("django.contrib.admin"):
            import_module("workflows_app.admin.registration")
        post_migrate.connect(_ensure_roles, sender=self, dispatch_uid="workflows_app.roles")


def _ensure_roles(sender: AppConfig, using: str, **options: Any) -> None:
    from django.contrib.auth.management import create_permissions
    from django.db import DEFAULT_DB_ALIAS

    from workflows_app.services.roles import ensure_roles

    if using != DEFAULT_DB_ALIAS:
        return
    # Django's own handler may run behind this one, depending on the order of the apps.
    create_permissions(sender, using=using, verbosity=0)
    ensure_roles()
