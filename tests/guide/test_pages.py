"""The pages of the guide are run: their Python, and what they say that it prints."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from workflows_app.sdk import GraphConfig, WorkflowModule, registry

pytestmark = pytest.mark.django_db(transaction=True)

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [*sorted((DOCS / "guide").glob("[!R]*.md")), DOCS / "testing.md"]
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def _leave_nothing() -> Iterator[None]:
    before = set(registry.registered())
    yield
    WorkflowModule.configure(config=GraphConfig())
    for name in set(registry.registered()) - before:
        registry.unregister(name)


def blocks_of(path: Path) -> list[tuple[str, str, int]]:
    """Kind, text and line of each block."""
    text = path.read_text(encoding="utf-8")
    return [
        (found[1], found[2], text.count("\n", 0, found.start()) + 2)
        for found in BLOCK.finditer(text)
    ]


def run_block(source: str, names: dict[str, Any], place: str, line: int) -> None:
    """Run a block, which may await as a notebook's cell may."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code = compile("\n" * (line - 1) + source, place, "exec", flags=flags, dont_inherit=True)
    if code.co_flags & inspect.CO_COROUTINE:
        asyncio.run(eval(code, names))
    else:
        exec(code, names)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_does_what_it_says(path: Path, capsys: Any) -> None:
    module = ModuleType(f"guide_{path.stem}")
    printed = ""
    count = 0
    for kind, source, line in blocks_of(path):
        if kind == "text":
            assert printed == source, f"{path.name}:{line}"
            printed = ""
            continue
        assert printed == "", f"{path.name}:{line} prints what the page does not show"
        run_block(source, module.__dict__, str(path), line)
        printed = capsys.readouterr().out.rstrip("\n")
        printed = f"{printed}\n" if printed else ""
        count += 1
    assert printed == ""
    assert count >= 2
