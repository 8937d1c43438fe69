"""What OpenAPI says of every answer beside its JSON: problems, and files of other kinds."""

from typing import Any, Final

from fastapi.openapi.models import HTTPBearer
from fastapi.requests import HTTPConnection
from fastapi.security.base import SecurityBase

from api.problems import MEDIA_TYPE
from api.wordings import WORDINGS

Responses = dict[int | str, dict[str, Any]]

_STRINGS: Final = ("type", "code", "title", "detail", "title_en", "detail_en")
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": [*_STRINGS, "status"],
    "properties": {
        **{name: {"type": "string"} for name in _STRINGS},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
    },
}
_OTHERS_FAULTS: Final = sorted(
    {one.status for one in WORDINGS.values() if one.status > 500}  # noqa: PLR2004 -- HTTP
)
"""502, 503: something that the controller needs is not there. 500 is promised by nobody."""


def carries(media_type: str) -> Responses:
    """Return what a route says whose answer is no JSON."""
    kind, _, _parameters = media_type.partition(";")
    return {200: {"content": {kind: {}}}}


def refusals() -> Responses:
    """Return what every route says: each refusal is a problem."""
    answer = {"description": "A problem (RFC 9457)", "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}
    return dict.fromkeys(["4XX", *map(str, _OTHERS_FAULTS)], answer)


class Token(SecurityBase):
    """The bearer token in the document; `access` is what looks at it."""

    def __init__(self) -> None:
        self.model = HTTPBearer()
        self.scheme_name = "token"

    async def __call__(self, _connection: HTTPConnection) -> None:
        """Ask nothing."""
