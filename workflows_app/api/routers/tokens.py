"""My API tokens. Only a session may make or revoke one."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from workflows_app.api import schemas
from workflows_app.api.auth import requires_session
from workflows_app.api.identity import user_of
from workflows_app.contracts.operations import CreatedToken, TokenList
from workflows_app.selectors import tokens as reads
from workflows_app.services import tokens

router = Router(tags=["tokens"], by_alias=True, auth=requires_session())


@router.get("", response=TokenList, operation_id="listTokens", summary="List my tokens")
def list_tokens(request: HttpRequest) -> TokenList:
    """Without secrets."""
    return reads.list_tokens(user=user_of(request))


@router.post("", response={201: CreatedToken}, operation_id="createToken", summary="Create a token")
def create_token(request: HttpRequest, body: schemas.CreateToken) -> Status[CreatedToken]:
    """The secret is in this answer and nowhere else, ever."""
    user = user_of(request)
    created = tokens.create_token(
        actor=user, name=body.name, scopes=body.scopes, expires_at=body.expires_at
    )
    token = reads.get_token(user=user, token_id=created.token_id)
    return Status(201, CreatedToken(**token.model_dump(), secret=created.secret))


@router.delete(
    "/{uuid:token_id}", response={204: None}, operation_id="revokeToken", summary="Revoke a token"
)
def revoke_token(request: HttpRequest, token_id: UUID) -> Status[None]:
    """It stops working at once."""
    tokens.revoke_token(actor=user_of(request), token_id=token_id)
    return Status(204, None)
