"""Clips and playlists: what loudspeakers play."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from api.access import App, Asker
from api.schemas import Page
from api.sounds import ClipOut, PlaylistIn, PlaylistOut, SoundOut, WaveformOut
from api.work import WorkKey
from playlists.audio.levels import SoundKind

Cursor = Annotated[str | None, Query(max_length=300)]
Limit = Annotated[int, Query()]
Points = Annotated[int, Query()]
DEFAULT_LIMIT = 50

router = APIRouter()


@router.post("/clips", status_code=201)
def create_clip(
    app: App,
    asker: Asker,
    response: Response,
    *,
    file: Annotated[UploadFile, File()],
    name: Annotated[str | None, Form(max_length=200)] = None,
    kind: Annotated[SoundKind, Form()] = SoundKind.SPEECH,
    work_key: WorkKey = None,
) -> ClipOut:
    """Keep an audio file, after decoding it to its end; music is rendered lower than speech."""
    data, called = file.file.read(), name or file.filename or "clip"
    with app.works.begin(asker, work_key) as job:
        kept = app.library.create_clip(called, data, asker, kind, tell=job.tell)
        job.location = response.headers["Location"] = f"/api/v1/clips/{kept.id}"
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


@router.get("/clips/{name}/waveform")
def waveform(app: App, _asker: Asker, name: str, points: Points = 600) -> WaveformOut:
    """Return the look of a clip, in at most so many points."""
    drawn = app.library.waveform(name, points)
    peaks = [round(peak / 255, 3) for peak in drawn]
    return WaveformOut(duration_ms=app.library.clip(name).duration_ms, peaks=peaks)


@router.get("/sounds/{sha256}")
def sound(app: App, _asker: Asker, sha256: str) -> SoundOut:
    """Return how loud a rendered sound is, measured after it was encoded."""
    return SoundOut.model_validate(app.library.measured(sha256))


@router.post("/playlists", status_code=201)
def create_playlist(
    app: App, asker: Asker, playlist: PlaylistIn, response: Response
) -> PlaylistOut:
    """Keep a playlist of clips and announcements."""
    kept = app.library.create_playlist(playlist.to_draft(), asker)
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
