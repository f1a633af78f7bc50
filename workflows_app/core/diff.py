"""What differs between two documents, as people think of them: parts and fields, layout apart.

Works on the plain JSON of any kind of document. Whatever has an id and stands in a list is a part:
nodes, edges, steps, states, transitions. Parts in parts, such as the steps of a branch, are parts
of their own; the part around them holds their ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Json = Any
PartKind = Literal["node", "edge"]

_VALUES = frozenset({"config", "input_schema", "vars", "settings", "layout"})
"""Fields that hold values of the author's: what has an id in there is no part."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that only one of the documents has."""

    kind: PartKind
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field with another value. None also stands for a field that is not there."""

    field: str
    """Path within the part or document: `config.url`. Entries of lists that have ids go by them."""
    old: Json
    new: Json


@dataclass(frozen=True, slots=True)
class PartChange:
    """A part that both documents have, with the fields that differ; the title is the new one."""

    part: Part
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class DocumentDiff:
    """All differences, each in the order of the document that it is found in."""

    added: tuple[Part, ...] = ()
    removed: tuple[Part, ...] = ()
    changed: tuple[PartChange, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    """Of the document itself: settings, variables, start form, description."""
    moved: tuple[str, ...] = ()
    """Nodes that both have in different places."""

    @property
    def is_empty(self) -> bool:
        """True when the documents are the same, places apart."""
        return not (self.added or self.removed or self.changed or self.fields)


def diff_documents(old: Mapping[str, Json], new: Mapping[str, Json]) -> DocumentDiff:
    """What changes from one document to the other; both parsed, so that defaults stand in them."""
    before, after = dict(_parts(old)), dict(_parts(new))
    return DocumentDiff(
        added=tuple(_part(key, after[key]) for key in after if key not in before),
        removed=tuple(_part(key, before[key]) for key in before if key not in after),
        changed=tuple(
            PartChange(_part(key, after[key]), fields)
            for key in after
            if key in before and (fields := _changes(before[key], after[key]))
        ),
        fields=_changes(_own_fields(old), _own_fields(new)),
        moved=_moved(old, new),
    )


_Key = tuple[PartKind, str]


def _parts(value: Mapping[str, Json]) -> Iterator[tuple[_Key, dict[str, Json]]]:
    """The parts below a value with their own fields, those around others first."""
    for field, inner in value.items():
        for part in _entries(inner) if field not in _VALUES else ():
            yield (_kind(part), part["id"]), _own_fields(part)
            yield from _parts(part)


def _entries(value: Json) -> Iterator[Mapping[str, Json]]:
    if isinstance(value, list | tuple):
        for entry in value:
            if _is_part(entry):
                yield entry
            else:
                yield from _entries(entry)


def _is_part(value: Json) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("id"), str)


def _kind(part: Mapping[str, Json]) -> PartKind:
    return "edge" if "source" in part and "target" in part else "node"


def _part(key: _Key, fields: Mapping[str, Json]) -> Part:
    kind, part_id = key
    if kind == "edge":
        return Part(kind, part_id, f"{fields['source']} → {fields['target']}")
    return Part(kind, part_id, fields.get("title") or part_id)


def _own_fields(value: Mapping[str, Json]) -> dict[str, Json]:
    """The fields of a part or document; parts in it are only named."""
    own = {
        field: inner if field in _VALUES else _named(inner)
        for field, inner in value.items()
        if field != "layout"
    }
    is_document = "id" not in value
    # The nodes of a document are a set; the steps of a branch are a sequence.
    return {f: v for f, v in own.items() if f not in {"nodes", "edges"}} if is_document else own


def _named(value: Json) -> Json:
    if isinstance(value, list | tuple):
        return [entry["id"] if _is_part(entry) else _named(entry) for entry in value]
    return value


def _changes(old: Json, new: Json, path: str = "") -> tuple[FieldChange, ...]:
    """The leaves that differ between two values."""
    before, after = _by_name(old), _by_name(new)
    if before is None or after is None:
        return () if _is_same(old, new) else (FieldChange(path, old, new),)
    names = [*before, *(name for name in after if name not in before)]
    return tuple(
        change
        for name in names
        for change in _changes(
            before.get(name), after.get(name), f"{path}.{name}" if path else name
        )
    )


def _by_name(value: Json) -> Mapping[str, Json] | None:
    """An object's fields, or a list's entries by their ids; None for what is told as a whole."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list) and value and all(_is_part(entry) for entry in value):
        named = {entry["id"]: entry for entry in value}
        return named if len(named) == len(value) else None
    return None


def _is_same(old: Json, new: Json) -> bool:
    """JSON equality: `1` and `true` differ, `1` and `1.0` do not."""
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return len(old) == len(new) and all(map(_is_same, old, new))
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(_is_same(old[k], new[k]) for k in old)
    return isinstance(old, bool) is isinstance(new, bool) and bool(old == new)


def _moved(old: Mapping[str, Json], new: Mapping[str, Json]) -> tuple[str, ...]:
    before, after = _places(old), _places(new)
    return tuple(name for name in after if name in before and before[name] != after[name])


def _places(document: Mapping[str, Json]) -> Mapping[str, Json]:
    places: Mapping[str, Json] = (document.get("layout") or {}).get("nodes") or {}
    return places
