"""Messages, images and fonts: what boards show."""

from math import isqrt
from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from api.access import App, Asker
from api.documented import carries
from api.routes.contents import DEFAULT_LIMIT, Cursor, Limit
from api.schemas import FitOut, FontOut, ImageOut, MessageIn, MessageOut, Page
from playlists.text import picture
from playlists.text.fields import Moment
from playlists.text.frame import Geometry
from playlists.text.moment import readable_ms

Scale = Annotated[int, Query(ge=1, le=picture.MAX_SCALE)]

GIF_PITCH_PX: Final = 4
MAX_GIF_PIXELS: Final = 60_000
"""Of one frame; five hundred such frames are two seconds of work and some megabytes."""

router = APIRouter()


@router.post("/messages", status_code=201)
def create_message(app: App, asker: Asker, message: MessageIn, response: Response) -> MessageOut:
    """Keep a text for boards."""
    kept = app.library.create_message(
        message.text,
        font=message.font,
        align=message.align,
        speed_px_s=message.speed_px_s,
        person=asker,
    )
    response.headers["Location"] = f"/api/v1/messages/{kept.id}"
    return MessageOut.model_validate(kept)


@router.get("/messages")
def messages(app: App, _asker: Asker, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page:
    """List messages, newest first."""
    found, after = app.library.messages(cursor, limit)
    return Page(items=[MessageOut.model_validate(one) for one in found], next=after)


@router.get("/messages/{name}")
def message(app: App, _asker: Asker, name: str) -> MessageOut:
    """Return one message."""
    return MessageOut.model_validate(app.library.message(name))


@router.get("/messages/{name}/fit")
def fit(app: App, _asker: Asker, name: str, device: str) -> FitOut:
    """Say whether a message stands on a board, and what would if it does not."""
    return FitOut.model_validate(app.library.fit(name, device))


@router.get("/messages/{name}/preview.png", response_class=Response, responses=carries("image/png"))
def preview(app: App, _asker: Asker, name: str, device: str, scale: Scale = 1) -> Response:
    """Draw the one picture of a message on a board that tells most, one pixel per LED."""
    drawn = picture.png(app.library.glimpse(name, device), scale)
    return Response(drawn, media_type="image/png")


@router.get("/messages/{name}/preview.gif", response_class=Response, responses=carries("image/gif"))
def moving_preview(app: App, _asker: Asker, name: str, device: str) -> Response:
    """Draw a message as it moves on a board, from this moment on; at most some 500 frames."""
    scene = app.library.message_scene(name, device)
    drawn = picture.gif(scene, _pitch_px(scene.geometry), Moment(app.clock.now()))
    return Response(drawn, media_type="image/gif")


@router.post("/images", status_code=201)
def create_image(
    app: App,
    asker: Asker,
    response: Response,
    file: Annotated[UploadFile, File()],
    name: Annotated[str | None, Form(max_length=200)] = None,
) -> ImageOut:
    """Keep a PNG, JPEG or GIF, after decoding it to its end."""
    kept = app.library.create_image(name or file.filename or "image", file.file.read(), asker)
    response.headers["Location"] = f"/api/v1/images/{kept.id}"
    return ImageOut.model_validate(kept)


@router.get("/images")
def images(app: App, _asker: Asker, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page:
    """List images, newest first."""
    found, after = app.library.images(cursor, limit)
    return Page(items=[ImageOut.model_validate(one) for one in found], next=after)


@router.get("/images/{name}")
def image(app: App, _asker: Asker, name: str) -> ImageOut:
    """Return one image."""
    return ImageOut.model_validate(app.library.image(name))


@router.get("/images/{name}/preview.png", response_class=Response, responses=carries("image/png"))
def image_preview(app: App, _asker: Asker, name: str, device: str, scale: Scale = 1) -> Response:
    """Draw an image as a board would show it, one pixel per LED; a GIF's first frame."""
    scene = app.library.image_scene(name, device)
    drawn = picture.png(scene.frame_at(readable_ms(scene)), scale)
    return Response(drawn, media_type="image/png")


@router.get("/fonts")
def fonts(app: App, _asker: Asker) -> Page:
    """List the fonts that messages may name."""
    return Page(
        items=[
            FontOut(slot=font.slot, name=font.name, rows=font.rows, imported=imported)
            for font, imported in app.library.fonts()
        ]
    )


def _pitch_px(board: Geometry) -> int:
    """Return how far apart LEDs stand in a GIF: as far as is pretty, and no more than is quick."""
    return max(1, min(GIF_PITCH_PX, isqrt(MAX_GIF_PIXELS // (board.width_px * board.height_px))))
