"""Tasks that do next to nothing, so that the figures are the engine's own."""

from __future__ import annotations

from workflows_app.sdk import task


@task(name="bench.noop", category="Benchmarks")
def noop() -> int:
    """A step that a crash may run again, and that shares its commit with those of other runs."""
    return 1


@task(name="bench.once", category="Benchmarks", retry_on_crash=False)
def once() -> int:
    """A step that must not run twice: its run has its commits for itself."""
    return 1


@task(name="bench.count_words", category="Benchmarks")
def count_words(text: str) -> int:
    """An item of a bulk."""
    return len(text.split())
