"""Reading Google-style docstrings: title, description, and one text for each argument."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

_SECTION = re.compile(r"^(Args|Arguments|Returns|Raises|Yields|Example|Examples|Note):\s*$")
_ARGUMENT = re.compile(r"^\s{2,}(\w+)(?:\s*\([^)]*\))?:\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Docstring:
    """The parts of a docstring that a form shows."""

    title: str = ""
    """The first line without its full stop."""
    description: str = ""
    arguments: dict[str, str] = field(default_factory=dict)


def parse_docstring(text: str | None) -> Docstring:
    """The parts of `text`; all empty where there is none."""
    lines = inspect.cleandoc(text or "").splitlines()
    if not lines:
        return Docstring()
    title = lines[0].strip().removesuffix(".")
    body: list[str] = []
    arguments: dict[str, str] = {}
    section = ""
    current = ""
    for line in lines[1:]:
        header = _SECTION.match(line)
        if header:
            section = header.group(1)
        elif section.startswith("Arg"):
            argument = _ARGUMENT.match(line)
            if argument and len(line) - len(line.lstrip()) <= 4:
                current = argument.group(1)
                arguments[current] = argument.group(2).strip()
            elif current and line.strip():
                arguments[current] = f"{arguments[current]} {line.strip()}".strip()
        elif not section:
            body.append(line)
    paragraphs = "\n".join(body).strip().split("\n\n")
    description = "\n\n".join(" ".join(p.split()) for p in paragraphs).strip()
    return Docstring(title, description, arguments)
