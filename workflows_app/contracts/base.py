"""The base of all contracts, and the types that they share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    JsonValue,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from workflows_app.core.kinds import Document


class Contract(BaseModel):
    """Base of all contracts: unknown fields are errors, instances do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def to_rfc3339(moment: datetime) -> str:
    """The moment in UTC with microseconds, such as `2026-03-01T09:30:00.000000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Moment = Annotated[
    datetime,
    PlainSerializer(to_rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A point in time; sent as an RFC 3339 string in UTC."""

JsonMap = dict[str, JsonValue]
"""A JSON object of any shape."""

ItemT = TypeVar("ItemT")


class Page(Contract, Generic[ItemT]):
    """Part of a list. `next_cursor` asks for the part behind it; null: there is none."""

    items: list[ItemT]
    next_cursor: str | None


class _StoredDocument:
    """Typed as `Document` in the schema, and passed through without being parsed again."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        document = handler(Document)
        return core_schema.no_info_wrap_validator_function(
            lambda value, _parse: value,
            document,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: value, return_schema=core_schema.any_schema()
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: Any) -> Any:
        return handler({**schema, "serialization": None})


StoredDocument = Annotated[dict[str, Any], _StoredDocument]
"""A document as the store keeps it: checked and completed when it was saved."""
