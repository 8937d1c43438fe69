"""Problems: every refusal as `application/problem+json` (RFC 9457), in Vietnamese and in English.

An error's stable code finds its status and its words in `wordings`. Facts of the error fill the
words and travel as members of their own.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.wordings import WORDINGS
from controller.errors import ControllerError
from playlists.errors import BadBytes, ContentRefused

MEDIA_TYPE: Final = "application/problem+json"

logger = logging.getLogger(__name__)


def problem(code: str, facts: Mapping[str, object], status: int | None = None) -> JSONResponse:
    """Return the answer for a code and its facts."""
    told = document(code, facts, status)
    headers = {"WWW-Authenticate": "Bearer"} if told["status"] == 401 else None  # noqa: PLR2004 -- HTTP
    return JSONResponse(told, told["status"], headers, MEDIA_TYPE)


def document(code: str, facts: Mapping[str, object], status: int | None = None) -> dict[str, Any]:
    """Return what is told of a code and its facts, as JSON values."""
    wording = WORDINGS[code]
    told = {name: _told(value) for name, value in facts.items()}
    status = wording.status if status is None else status
    guessed = bool(facts.get("nearest"))
    hint_vi, hint_en = (f" {hint}" * guessed for hint in (wording.hint_vi, wording.hint_en))
    return {
        **{name: value for name, value in facts.items() if value is not None},
        "type": f"/problems/{code}",
        "code": code,
        "status": status,
        "title": wording.title_vi,
        "detail": (wording.detail_vi + hint_vi).format_map(told),
        "title_en": wording.title_en,
        "detail_en": (wording.detail_en + hint_en).format_map(told),
    }


def install(app: FastAPI) -> None:
    """Turn every error of the rooms below into a problem."""
    app.add_exception_handler(ContentRefused, _refused)
    app.add_exception_handler(ControllerError, _refused)
    app.add_exception_handler(BadBytes, _bad_bytes)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unknown)


def _told(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _refused(_request: Request, exc: Exception) -> JSONResponse:
    if not isinstance(exc, ContentRefused | ControllerError):
        raise exc
    return problem(exc.code, exc.facts)


def _bad_bytes(_request: Request, exc: Exception) -> JSONResponse:
    """Answer for content that no asset format can carry, such as a board of absurd size."""
    return problem("bad-request", {"reason": str(exc)})


def _invalid(_request: Request, exc: Exception) -> JSONResponse:
    if not isinstance(exc, RequestValidationError):
        raise exc
    errors = [
        {"field": ".".join(str(part) for part in one["loc"][1:]), "reason": one["msg"]}
        for one in exc.errors()
    ]
    first = errors[0]
    reason = f"{first['field']}: {first['reason']}" if first["field"] else first["reason"]
    return problem("bad-request", {"reason": reason, "errors": errors})


def _http(_request: Request, exc: Exception) -> JSONResponse:
    if not isinstance(exc, HTTPException):
        raise exc
    if exc.status_code == 404:  # noqa: PLR2004 -- HTTP
        return problem("not-found", {"kind": "page", "name": str(exc.detail)})
    return problem("bad-request", {"reason": str(exc.detail)}, exc.status_code)


def _unknown(request: Request, exc: Exception) -> JSONResponse:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=exc)
    return problem("internal", {})
