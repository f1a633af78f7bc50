"""Expressions of other data models as CEL: comparisons, arithmetic and the event's data.

Files of our own hold CEL already. Those of the Python and ECMAScript data models are rewritten word
by word, as far as the words mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from workflows_app.core.expression_source import tokens
from workflows_app.core.scxml.names import DATAMODEL
from workflows_app.core.scxml.unsupported import ScxmlError

_WORDS = {"and": "&&", "or": "||", "not": "!", "True": "true", "False": "false", "None": "null"}
_CONSTANTS = frozenset({"true", "false", "null"})
_IN = re.compile(r"\bIn\(\s*(['\"])([A-Za-z_]\w*)\1\s*\)")
_GET = re.compile(r"\.get\(\s*(['\"])([A-Za-z_]\w*)\1\s*\)")
_COMPARES = re.compile(r"==|!=|<|>|\b(in|In|true|false|True|False|not|and|or)\b|&&|\|\||!")


class Translator:
    """Translates the expressions of one file."""

    def __init__(self, datamodel: str, variables: Collection[str]) -> None:
        self._is_cel = datamodel == DATAMODEL
        self._variables = frozenset(variables)

    def value(self, source: str) -> str:
        """Return `${ … }`, with the expression as CEL.

        Raises:
            ScxmlError: It means nothing here.
        """
        return f"${{ {source.strip() if self._is_cel else self._translated(source)} }}"

    def condition(self, source: str) -> str:
        """Return a guard.

        Raises:
            ScxmlError: It means nothing here, or is neither true nor false as it stands.
        """
        if self._is_cel and source.lstrip().startswith("${"):
            return source
        if not self._is_cel and not _COMPARES.search(source):
            raise ScxmlError(
                f"The condition “{source}” is no comparison.",
                "Compare it with something: only true and false decide here.",
            )
        return self.value(source)

    def _translated(self, source: str) -> str:
        text = _IN.sub(lambda found: f"('{found.group(2)}' in states)", source)
        text = _GET.sub(r".\2", text).replace("===", "==").replace("!==", "!=")
        pieces: list[str] = []
        position, before = 0, ""
        items = list(tokens(text))
        for index, token in enumerate(items):
            is_call = index + 1 < len(items) and items[index + 1].text == "("
            pieces.append(text[position : token.start])
            if token.kind == "name" and before != ".":
                pieces.append(self._word(token.text, is_call, source))
            elif is_call and token.kind == "name":
                raise _unsupported(source, f"the method “{token.text}”")
            else:
                pieces.append(token.text)
            position, before = token.start + len(token.text), token.text
        return "".join(pieces).strip()

    def _word(self, word: str, is_call: bool, source: str) -> str:
        if word in _WORDS:
            return _WORDS[word]
        if is_call:
            raise _unsupported(source, f"the function “{word}”")
        if word in self._variables:
            return f"data.{word}"
        if word == "_event":
            return "event"
        if word in _CONSTANTS or word in {"in", "states"}:
            return word
        raise _unsupported(source, f"“{word}”")


def _unsupported(source: str, what: str) -> ScxmlError:
    return ScxmlError(f"The expression “{source}” uses {what}.", "Write it in other words.")
