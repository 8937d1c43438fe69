"""Announcements: text that is spoken, listened to, approved and then played."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse

from api.access import App, Asker
from api.documented import carries
from api.schemas import Page
from api.speech import AnnouncementIn, AnnouncementOut, PhraseOut, ReadingOut, VoiceOut
from api.work import WorkKey

Cursor = Annotated[str | None, Query(max_length=300)]
Limit = Annotated[int, Query()]
DEFAULT_LIMIT = 50

router = APIRouter()


@router.post("/announcements", status_code=201)
def create_announcement(
    app: App,
    asker: Asker,
    announcement: AnnouncementIn,
    response: Response,
    work_key: WorkKey = None,
) -> AnnouncementOut:
    """Speak a text once and keep it: what is listened to is what will be played."""
    with app.works.begin(asker, work_key) as job:
        kept = app.announcements.create(
            announcement.to_drafts(),
            name=announcement.name,
            gap_s=announcement.gap_s,
            person=asker,
            tell=job.tell,
        )
        job.location = response.headers["Location"] = f"/api/v1/announcements/{kept.id}"
    return AnnouncementOut.of_kept(kept)


@router.post("/announcements/reading")
def reading(app: App, _asker: Asker, announcement: AnnouncementIn) -> ReadingOut:
    """Write a text out as it would be said, while it is being typed; nothing is kept."""
    return ReadingOut.of(app.announcements.read(announcement.to_drafts()))


@router.get("/announcements")
def announcements(
    app: App, _asker: Asker, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page:
    """List announcements, newest first."""
    found, after = app.announcements.list(cursor, limit)
    return Page(items=[AnnouncementOut.of_kept(one) for one in found], next=after)


@router.get("/announcements/{name}")
def announcement(app: App, _asker: Asker, name: str) -> AnnouncementOut:
    """Return one announcement: what was typed, what is spoken, and what is doubtful in it."""
    return AnnouncementOut.of_kept(app.announcements.get(name))


@router.get(
    "/announcements/{name}/sound", response_class=FileResponse, responses=carries("audio/ogg")
)
def announcement_sound(app: App, _asker: Asker, name: str) -> FileResponse:
    """Return the sound as loudspeakers will play it, to be listened to before approval."""
    asset = app.announcements.asset(name)
    return FileResponse(app.assets.path(asset.sha256), media_type="audio/ogg")


@router.get("/voices")
def voices(app: App, _asker: Asker) -> Page:
    """List every voice there is, best first."""
    return Page(items=[VoiceOut.model_validate(one) for one in app.announcements.voices()])


@router.get("/phrases")
def phrases(app: App, _asker: Asker) -> Page:
    """List the recorded phrases that announcements may be put together from."""
    known = app.announcements.phrases()
    return Page(items=[PhraseOut(id=name, words=words) for name, words in known.items()])
