"""Clips and playlists: what loudspeakers play."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from api.access import App, Asker
from api.schemas import ClipOut, Page, PlaylistIn, PlaylistOut

Cursor = Annotated[str | None, Query(max_length=300)]
Limit = Annotated[int, Query()]
DEFAULT_LIMIT = 50

router = APIRouter()


@router.post("/clips", status_code=201)
def create_clip(
    app: App,
    asker: Asker,
    response: Response,
    file: Annotated[UploadFile, File()],
    name: Annotated[str | None, Form(max_length=200)] = None,
) -> ClipOut:
    """Keep an audio file, after decoding it to its end."""
    kept = app.library.create_clip(name or file.filename or "clip", file.file.read(), asker)
    response.headers["Location"] = f"/api/v1/clips/{kept.id}"
    return ClipOut.model_validate(kept)


@router.get("/clips")
def clips(app: App, _asker: Asker, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page:
    """List clips, newest first."""
    found, after = app.library.clips(cursor, limit)
    return Page(items=[ClipOut.model_validate(one) for one in found], next=after)


@router.get("/clips/{name}")
def clip(app: App, _asker: Asker, name: str) -> ClipOut:
    """Return one clip."""
    return ClipOut.model_validate(app.library.clip(name))


@router.post("/playlists", status_code=201)
def create_playlist(
    app: App, asker: Asker, playlist: PlaylistIn, response: Response
) -> PlaylistOut:
    """Keep a playlist of clips."""
    kept = app.library.create_playlist(
        playlist.name,
        [item.id for item in playlist.items],
        gap_s=playlist.gap_s,
        chime=playlist.chime,
        person=asker,
    )
    response.headers["Location"] = f"/api/v1/playlists/{kept.id}"
    return PlaylistOut.of(kept)


@router.get("/playlists")
def playlists(app: App, _asker: Asker, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page:
    """List playlists, newest first."""
    found, after = app.library.playlists(cursor, limit)
    return Page(items=[PlaylistOut.of(one) for one in found], next=after)


@router.get("/playlists/{name}")
def playlist(app: App, _asker: Asker, name: str) -> PlaylistOut:
    """Return one playlist."""
    return PlaylistOut.of(app.library.playlist(name))
