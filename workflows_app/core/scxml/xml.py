"""Reading XML that strangers wrote: no document types, so no entities, and a limit of size."""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate

from workflows_app.core.parse import MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH
from workflows_app.core.scxml.unsupported import ScxmlError


def parse_xml(text: str) -> Element:
    """Return the root element; names are written `{namespace}name`.

    Raises:
        ScxmlError: It is no XML, too large, or has a document type.
    """
    if len(text) > MAX_DOCUMENT_BYTES:
        raise ScxmlError("The file is too large.", f"At most {MAX_DOCUMENT_BYTES:,} letters.")
    reader = _Reader()
    parser = ParserCreate(encoding="utf-8", namespace_separator="}")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.builder.data
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    except ExpatError as error:
        raise ScxmlError(f"This is no well-formed XML: {error}.", "Correct the file.") from None
    return reader.builder.close()


class _Reader:
    """Builds the tree."""

    def __init__(self) -> None:
        self.builder = TreeBuilder()
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DOCUMENT_DEPTH:
            raise ScxmlError(
                f"Elements lie more than {MAX_DOCUMENT_DEPTH} deep in each other.", "Flatten them."
            )
        self.builder.start(_name(name), {_name(key): value for key, value in attributes.items()})

    def end(self, name: str) -> None:
        self._depth -= 1
        self.builder.end(_name(name))


def _name(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _refuse_doctype(*_: object) -> None:
    raise ScxmlError("The file has a document type.", "Remove the <!DOCTYPE …>.")
