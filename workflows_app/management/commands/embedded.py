"""`manage.py embedded`: pages, API, live news, worker and sweep in one process."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from typing import Any

from channels.routing import get_default_application
from daphne.server import Server
from django.core.management.base import BaseCommand, CommandError

from workflows_app.workers.embedded import EmbeddedWorker

GRACE_SECONDS = 5.0


class Command(BaseCommand):
    """The embedded stack: SQLite, a broker in memory, nothing to install."""

    help = "Serve everything from one process. Ctrl-C ends it."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Where to listen, and how long running nodes may take to end."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--grace-seconds",
            type=float,
            default=GRACE_SECONDS,
            help="How long running nodes may take to end after Ctrl-C (default: %(default)s).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until somebody says stop."""
        host, port = options["host"], options["port"]
        worker = EmbeddedWorker()
        has_begun = threading.Event()

        def begin() -> None:
            has_begun.set()
            worker.start()
            shown = f"[{host}]" if ":" in host else host
            self.stdout.write(self.style.SUCCESS(f"Flowdeck is at http://{shown}:{port}/"))
            self.stdout.write("Ctrl-C ends it.")
            self.stdout.flush()

        interface = host.replace(":", r"\:")
        Server(
            application=get_default_application(),
            endpoints=[f"tcp:port={port}:interface={interface}"],
            ready_callable=begin,
            application_close_timeout=2,
            server_name="flowdeck",
            verbosity=0,
        ).run()
        if not has_begun.is_set():
            raise CommandError(f"Port {port} of {host} is taken. Choose another: --port …")
        self._end(worker, options["grace_seconds"])

    def _end(self, worker: EmbeddedWorker, grace_seconds: float) -> None:
        """End within a bounded time, whatever nodes and requests are doing."""
        self.stdout.write("Ending …")
        self.stdout.flush()
        try:
            is_done = worker.stop(grace_seconds)
        except KeyboardInterrupt:
            is_done = False
        if not is_done:
            self.stdout.write("Nodes were still running; the next start takes them up again.")
        self.stdout.flush()
        sys.stderr.flush()
        others = [
            t for t in threading.enumerate() if not t.daemon and t is not threading.main_thread()
        ]
        if others or not is_done:
            # Pool threads that still run a node or a request would keep the interpreter waiting,
            # daemons among them: `concurrent.futures` joins its threads at the end.
            os._exit(0)
