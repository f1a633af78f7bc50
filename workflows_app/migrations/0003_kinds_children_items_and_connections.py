"""Sagas, machines, child runs, bulk work, uploads, connections, agents and the step memo."""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workflows_app", "0002_documents_keep_order"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AgentStep",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("node_id", models.CharField(max_length=64)),
                ("visit", models.PositiveIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("attempt", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(choices=[("model", "model"), ("tool", "tool")], max_length=10),
                ),
                ("name", models.CharField(max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("started", "started"),
                            ("succeeded", "succeeded"),
                            ("failed", "failed"),
                            ("denied", "denied"),
                        ],
                        max_length=10,
                    ),
                ),
                ("request", models.JSONField(default=dict)),
                ("response", models.JSONField(null=True)),
                ("usage", models.JSONField(null=True)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[("queued", "queued"), ("running", "running"), ("done", "done")],
                        max_length=20,
                    ),
                ),
                ("first_index", models.PositiveBigIntegerField()),
                ("items", models.JSONField()),
                ("rows", models.JSONField(null=True)),
                ("pending", models.JSONField()),
                ("results", models.JSONField(default=list)),
                ("failures", models.JSONField(default=list)),
                ("claims", models.PositiveIntegerField(default=0)),
                ("crashes", models.PositiveIntegerField(default=0)),
                ("worker", models.CharField(blank=True, default="", max_length=200)),
                ("lease_until", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField()),
            ],
            options={"verbose_name_plural": "batches"},
        ),
        migrations.CreateModel(
            name="Bulk",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("node_id", models.CharField(max_length=64)),
                ("visit", models.PositiveIntegerField()),
                ("attempt", models.PositiveIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("open", "open"),
                            ("finishing", "finishing"),
                            ("closed", "closed"),
                        ],
                        max_length=20,
                    ),
                ),
                ("source", models.JSONField(default=dict)),
                ("max_concurrency", models.PositiveIntegerField(default=1)),
                ("allowed_failures", models.PositiveBigIntegerField(null=True)),
                ("cursor", models.JSONField(default=dict)),
                ("is_expanded", models.BooleanField(default=False)),
                ("total", models.PositiveBigIntegerField(default=0)),
                ("succeeded", models.PositiveBigIntegerField(default=0)),
                ("failed", models.PositiveBigIntegerField(default=0)),
                ("broken", models.PositiveBigIntegerField(default=0)),
                ("filtered", models.PositiveBigIntegerField(default=0)),
                ("result_bytes", models.PositiveBigIntegerField(default=0)),
                ("failures_in_row", models.PositiveIntegerField(default=0)),
                ("breaker_until", models.DateTimeField(null=True)),
                ("error", models.JSONField(null=True)),
                ("worker", models.CharField(blank=True, default="", max_length=200)),
                ("lease_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("told_at", models.DateTimeField()),
                ("told_done", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ChildRun",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="child_of",
                        serialize=False,
                        to="workflows_app.run",
                    ),
                ),
                ("node_id", models.CharField(max_length=64)),
                ("visit", models.PositiveIntegerField()),
                ("attempt", models.PositiveIntegerField()),
                ("is_awaited", models.BooleanField()),
                ("depth", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.SlugField(max_length=100, unique=True)),
                ("title", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("openai_compatible", "openai_compatible"),
                            ("anthropic", "anthropic"),
                            ("google", "google"),
                            ("mcp_http", "mcp_http"),
                            ("mcp_stdio", "mcp_stdio"),
                        ],
                        max_length=30,
                    ),
                ),
                ("settings", models.JSONField(default=dict)),
                ("secret", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="StepMemo",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("node_type", models.CharField(max_length=200)),
                ("output", models.JSONField(null=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("file", models.FileField(max_length=500, upload_to="flowdeck/uploads/%Y/%m")),
                ("name", models.CharField(max_length=255)),
                (
                    "format",
                    models.CharField(
                        choices=[("csv", "csv"), ("json", "json"), ("jsonl", "jsonl")],
                        max_length=10,
                    ),
                ),
                ("content_type", models.CharField(blank=True, default="", max_length=100)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("rows", models.PositiveBigIntegerField(null=True)),
                ("broken_rows", models.PositiveBigIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="noderun",
            name="node_run_status_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="noderun",
            name="node_run_is_finished_when_over",
        ),
        migrations.RemoveConstraint(
            model_name="run",
            name="run_status_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="run",
            name="run_is_finished_when_closed",
        ),
        migrations.AlterField(
            model_name="humantask",
            name="node_run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="human_tasks",
                to="workflows_app.noderun",
            ),
        ),
        migrations.AlterField(
            model_name="noderun",
            name="execution",
            field=models.CharField(
                choices=[
                    ("engine", "engine"),
                    ("worker", "worker"),
                    ("human", "human"),
                    ("wait", "wait"),
                    ("child", "child"),
                    ("state", "state"),
                    ("items", "items"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="noderun",
            name="status",
            field=models.CharField(
                choices=[
                    ("queued", "queued"),
                    ("held", "held"),
                    ("running", "running"),
                    ("waiting", "waiting"),
                    ("retrying", "retrying"),
                    ("needs_attention", "needs_attention"),
                    ("succeeded", "succeeded"),
                    ("failed", "failed"),
                    ("skipped", "skipped"),
                    ("cancelled", "cancelled"),
                    ("compensated", "compensated"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="status",
            field=models.CharField(
                choices=[
                    ("running", "running"),
                    ("waiting", "waiting"),
                    ("paused", "paused"),
                    ("compensating", "compensating"),
                    ("needs_attention", "needs_attention"),
                    ("succeeded", "succeeded"),
                    ("failed", "failed"),
                    ("cancelled", "cancelled"),
                    ("compensated", "compensated"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="timer",
            name="kind",
            field=models.CharField(
                choices=[
                    ("retry", "retry"),
                    ("node_timeout", "node_timeout"),
                    ("wait", "wait"),
                    ("run_timeout", "run_timeout"),
                    ("reservation", "reservation"),
                    ("delay", "delay"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="noderun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "queued",
                            "held",
                            "running",
                            "waiting",
                            "retrying",
                            "needs_attention",
                            "succeeded",
                            "failed",
                            "skipped",
                            "cancelled",
                            "compensated",
                        ],
                    )
                ),
                name="node_run_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="noderun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("finished_at__isnull", True),
                        (
                            "status__in",
                            ["held", "needs_attention", "queued", "retrying", "running", "waiting"],
                        ),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "status__in",
                                [
                                    "held",
                                    "needs_attention",
                                    "queued",
                                    "retrying",
                                    "running",
                                    "waiting",
                                ],
                            ),
                            _negated=True,
                        ),
                        ("finished_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="node_run_is_finished_when_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "running",
                            "waiting",
                            "paused",
                            "compensating",
                            "needs_attention",
                            "succeeded",
                            "failed",
                            "cancelled",
                            "compensated",
                        ],
                    )
                ),
                name="run_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("finished_at__isnull", False),
                        ("status__in", ["cancelled", "compensated", "failed", "succeeded"]),
                    ),
                    models.Q(
                        models.Q(
                            ("status__in", ["cancelled", "compensated", "failed", "succeeded"]),
                            _negated=True,
                        ),
                        ("finished_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="run_is_finished_when_closed",
            ),
        ),
        migrations.AddField(
            model_name="agentstep",
            name="human_task",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="agent_steps",
                to="workflows_app.humantask",
            ),
        ),
        migrations.AddField(
            model_name="agentstep",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="workflows_app.run",
            ),
        ),
        migrations.AddField(
            model_name="bulk",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="bulks",
                to="workflows_app.run",
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="bulk",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="batches",
                to="workflows_app.bulk",
            ),
        ),
        migrations.AddField(
            model_name="childrun",
            name="parent",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="child_links",
                to="workflows_app.run",
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="updated_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="stepmemo",
            index=models.Index(fields=["expires_at"], name="step_memo_expires"),
        ),
        migrations.AddField(
            model_name="upload",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="agentstep",
            constraint=models.UniqueConstraint(
                fields=("run", "node_id", "visit", "number"), name="agent_step_is_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="agentstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ("waiting", "started", "succeeded", "failed", "denied"))
                ),
                name="agent_step_status_is_known",
            ),
        ),
        migrations.AddIndex(
            model_name="bulk",
            index=models.Index(
                condition=models.Q(("status__in", ("open", "finishing"))),
                fields=["id"],
                name="bulk_active",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulk",
            constraint=models.UniqueConstraint(
                fields=("run", "node_id", "visit", "attempt"), name="bulk_attempt_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="bulk",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ("planned", "open", "finishing", "closed"))),
                name="bulk_status_is_known",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(fields=["bulk", "status", "number"], name="batch_by_status"),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                condition=models.Q(("status", "running")),
                fields=["lease_until"],
                name="batch_leases",
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.UniqueConstraint(
                fields=("bulk", "number"), name="batch_number_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ("queued", "running", "done"))),
                name="batch_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="childrun",
            constraint=models.UniqueConstraint(
                fields=("parent", "node_id", "visit", "attempt"), name="child_run_attempt_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="connection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ("openai_compatible", "anthropic", "google", "mcp_http", "mcp_stdio"),
                    )
                ),
                name="connection_kind_is_known",
            ),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(fields=["-created_at"], name="upload_recent"),
        ),
    ]
