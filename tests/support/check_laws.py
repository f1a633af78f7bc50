"""Checks the law of the journal for every run of a database, and prints what there was.

DATABASE_URL=… python -m tests.support.check_laws
"""

from __future__ import annotations

import json
import sys
from collections import Counter

import django

django.setup()

from tests.engine.law import check_law  # noqa: E402 - needs the settings
from workflows_app.models import NodeRun, Run, RunEvent  # noqa: E402


def main() -> None:
    """Fail at the first run that breaks the law."""
    for run in Run.objects.only("id"):
        check_law(run.id)
    attempts = NodeRun.objects.values_list("earlier_attempts", flat=True)
    told = {
        "statuses": Counter(Run.objects.values_list("status", flat=True)),
        "entries": RunEvent.objects.count(),
        "lost_attempts": sum(a["status"] == "lost" for each in attempts for a in each),
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
