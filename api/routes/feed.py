"""The feed for citizens: what was announced in an area. Anybody may read it."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from api.access import App, Asker
from api.feed import MEDIA_TYPE, FeedIn, FeedOut, atom, stamps

public = APIRouter()
router = APIRouter(prefix="/areas/{name}/feed")


@public.get("/feed/{area}.atom", response_class=Response)
def feed(
    request: Request,
    app: App,
    area: str,
    *,
    if_none_match: Annotated[str | None, Header()] = None,
    if_modified_since: Annotated[str | None, Header()] = None,
) -> Response:
    """Return what was announced in an area and below, as Atom."""
    found = app.feeds.of(area)
    document = atom(found, app.settings.tenant, str(request.url.replace(query="")))
    headers = stamps(document, found)
    if if_none_match is not None:
        known = headers["ETag"] in {one.strip() for one in if_none_match.split(",")}
    else:
        known = if_modified_since == headers["Last-Modified"]
    if known:
        return Response(status_code=304, headers=headers)
    return Response(document, media_type=MEDIA_TYPE, headers=headers)


@router.get("")
def is_on(app: App, _asker: Asker, name: str) -> FeedOut:
    """Say whether an area has a feed for everybody."""
    return FeedOut(area=name, on=app.feeds.is_on(name), url=f"/feed/{name}.atom")


@router.put("")
def switch(app: App, asker: Asker, name: str, asked: FeedIn) -> FeedOut:
    """Switch an area's feed, and those below it, on or off."""
    holds = app.feeds.switch(name, asker, on=asked.on)
    return FeedOut(area=name, on=holds, url=f"/feed/{name}.atom")
