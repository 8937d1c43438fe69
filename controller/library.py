"""The library: messages, images, clips and playlists, and what they become on a device."""

import math
import secrets
from collections.abc import Callable
from typing import Final

from controller.assets import Files
from controller.clock import Clock
from controller.errors import Invalid, NotFound
from controller.model import (
    Align,
    Clip,
    ContentKind,
    Device,
    DeviceKind,
    Image,
    Message,
    Person,
    Playlist,
)
from controller.rendering import Canvas, Renderer, canvases
from controller.store import contents, places
from controller.store.pages import page
from controller.store.store import Store
from playlists.audio import chime as chimes
from playlists.audio import loudness, render
from playlists.audio.decode import decode
from playlists.audio.sound import duration_ms
from playlists.schedule.plan import Asset, AssetKind
from playlists.text import intake
from playlists.text.fit import Fit
from playlists.text.font import Font
from playlists.text.frame import Frame
from playlists.text.scene import MAX_SPEED_PX_S, Scene

MAX_CLIPS: Final = 500
MAX_GAP_S: Final = 60.0
MAX_NAME_CHARS: Final = 200


class Library:
    """Content, and its renderings."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        renderer: Renderer,
        *,
        assets: Files,
        clips: Files,
        images: Files,
    ) -> None:
        self._store = store
        self._clock = clock
        self._renderer = renderer
        self._assets = assets
        self._clips = clips
        self._images = images

    def create_message(
        self, text: str, *, font: int | None, align: Align, speed_px_s: int, person: Person
    ) -> Message:
        """Keep a text for boards, normalised, beside what was typed.

        Markup is read here, so that what is wrong in it is said to who typed it.
        """
        if not 1 <= speed_px_s <= MAX_SPEED_PX_S:
            reason = f"1 to {MAX_SPEED_PX_S}"
            raise Invalid("no such speed", field="speed_px_s", reason=reason)
        taken = intake.normalise(text)
        self._renderer.check(taken.text, font)
        message = Message(
            id=_new_id(),
            text=taken.text,
            original=taken.original,
            font=font,
            align=align,
            speed_px_s=speed_px_s,
            created_at=self._clock.now(),
            created_by=person.name,
        )
        with self._store.write() as tx:
            contents.add_message(tx, message)
        return message

    def message(self, name: str) -> Message:
        """Return a message; NotFound."""
        with self._store.read() as tx:
            found = contents.message(tx, name)
        if found is None:
            raise NotFound("message", name[:80])
        return found

    def messages(self, cursor: str | None, limit: int) -> tuple[list[Message], str | None]:
        """Return one page of messages, newest first, and the next cursor."""
        with self._store.read() as tx:
            return page(lambda at, count: contents.messages(tx, at, count), cursor, limit)

    def fit(self, message: str, device: str) -> Fit:
        """Say whether a message stands on a board, and what would if it does not."""
        return self._renderer.fit(self.message(message), self._canvas(device))

    def glimpse(self, message: str, device: str) -> Frame:
        """Draw the one picture of a message on a board that tells most."""
        return self._renderer.glimpse(self.message(message), self._canvas(device))

    def message_scene(self, message: str, device: str) -> Scene:
        """Set a message on a board."""
        return self._renderer.message(self.message(message), self._canvas(device))

    def fonts(self) -> list[tuple[Font, bool]]:
        """Return every font that messages may use, and whether it was imported."""
        book = self._renderer.book
        return [(book.load(slot), book.is_imported(slot)) for slot in book.slots()]

    def create_image(self, name: str, data: bytes, person: Person) -> Image:
        """Keep an uploaded image, once it has been decoded to the end; NotAnImage and its kin."""
        self._renderer.check_image(data)
        image = Image(
            id=_new_id(),
            name=_checked_name(name),
            sha256=self._images.put(data),
            size_bytes=len(data),
            created_at=self._clock.now(),
            created_by=person.name,
        )
        with self._store.write() as tx:
            contents.add_image(tx, image)
        return image

    def image(self, name: str) -> Image:
        """Return an image; NotFound."""
        with self._store.read() as tx:
            found = contents.image(tx, name)
        if found is None:
            raise NotFound("image", name[:80])
        return found

    def images(self, cursor: str | None, limit: int) -> tuple[list[Image], str | None]:
        """Return one page of images, newest first, and the next cursor."""
        with self._store.read() as tx:
            return page(lambda at, count: contents.images(tx, at, count), cursor, limit)

    def image_scene(self, image: str, device: str) -> Scene:
        """Set an image on a board."""
        data = self._images.read(self.image(image).sha256)
        return self._renderer.image(data, self._canvas(device))

    def create_clip(self, name: str, data: bytes, person: Person) -> Clip:
        """Keep an uploaded file, once it has been decoded to the end; NotAudio and its kin."""
        samples = decode(data)
        clip = Clip(
            id=_new_id(),
            name=_checked_name(name),
            sha256=self._clips.put(data),
            size_bytes=len(data),
            duration_ms=duration_ms(samples),
            created_at=self._clock.now(),
            created_by=person.name,
        )
        with self._store.write() as tx:
            contents.add_clip(tx, clip)
        return clip

    def clip(self, name: str) -> Clip:
        """Return a clip; NotFound."""
        with self._store.read() as tx:
            found = contents.clip(tx, name)
        if found is None:
            raise NotFound("clip", name[:80])
        return found

    def clips(self, cursor: str | None, limit: int) -> tuple[list[Clip], str | None]:
        """Return one page of clips, newest first, and the next cursor."""
        with self._store.read() as tx:
            return page(lambda at, count: contents.clips(tx, at, count), cursor, limit)

    def create_playlist(
        self, name: str, clips: list[str], *, gap_s: float, chime: str | None, person: Person
    ) -> Playlist:
        """Keep a playlist of existing clips."""
        if not 0 < len(clips) <= MAX_CLIPS:
            raise Invalid("no such playlist", field="items", reason=f"1 to {MAX_CLIPS} items")
        if not (math.isfinite(gap_s) and 0 <= gap_s <= MAX_GAP_S):
            raise Invalid("no such gap", field="gap_s", reason=f"0 to {MAX_GAP_S:.0f} s")
        if chime is not None:
            chimes.chime(chime)
        for clip in clips:
            self.clip(clip)
        playlist = Playlist(
            id=_new_id(),
            name=_checked_name(name),
            clips=tuple(clips),
            gap_s=gap_s,
            chime=chime,
            created_at=self._clock.now(),
            created_by=person.name,
        )
        with self._store.write() as tx:
            contents.add_playlist(tx, playlist)
        return playlist

    def playlist(self, name: str) -> Playlist:
        """Return a playlist; NotFound."""
        with self._store.read() as tx:
            found = contents.playlist(tx, name)
        if found is None:
            raise NotFound("playlist", name[:80])
        return found

    def playlists(self, cursor: str | None, limit: int) -> tuple[list[Playlist], str | None]:
        """Return one page of playlists, newest first, and the next cursor."""
        with self._store.read() as tx:
            return page(lambda at, count: contents.playlists(tx, at, count), cursor, limit)

    def device_kind(self, kind: ContentKind) -> DeviceKind:
        """Return which devices take content of a kind."""
        shown = kind in {ContentKind.MESSAGE, ContentKind.IMAGE}
        return DeviceKind.BOARD if shown else DeviceKind.SPEAKER

    def rendered(self, kind: ContentKind, name: str, devices: list[Device]) -> dict[str, Asset]:
        """Render content for devices, once per canvas, and return each device's asset.

        The files are on the disk when this returns; no transaction is open meanwhile.
        """
        match kind:
            case ContentKind.MESSAGE:
                message = self.message(name)
                return self._scenes(lambda on: self._renderer.message(message, on), devices)
            case ContentKind.IMAGE:
                data = self._images.read(self.image(name).sha256)
                return self._scenes(lambda on: self._renderer.image(data, on), devices)
            case _:
                asset = self._sound(kind, name)
                return {device.id: asset for device in devices}

    def _scenes(self, draw: Callable[[Canvas], Scene], devices: list[Device]) -> dict[str, Asset]:
        with self._store.read() as tx:
            areas = places.areas(tx)
        once: dict[Canvas, Asset] = {}
        assets = {}
        for name, canvas in canvases(devices, areas).items():
            if canvas not in once:
                once[canvas] = self._renderer.keep(draw(canvas))
            assets[name] = once[canvas]
        return assets

    def _canvas(self, device: str) -> Canvas:
        with self._store.read() as tx:
            found, areas = places.devices(tx, [device]), places.areas(tx)
        if not found:
            raise NotFound("device", device[:80])
        return canvases(found, areas)[device]

    def _sound(self, kind: ContentKind, name: str) -> Asset:
        if kind is ContentKind.CLIP:
            clips, gap_s, chime = [self.clip(name)], 0.0, None
        else:
            playlist = self.playlist(name)
            clips = [self.clip(clip) for clip in playlist.clips]
            gap_s, chime = playlist.gap_s, playlist.chime
        parts = [decode(self._clips.read(clip.sha256)) for clip in clips]
        sound = render.render(parts, gap_s=gap_s, chime=chime, target_lufs=loudness.SPEECH_LUFS)
        self._assets.put(sound.data)
        return Asset(sound.sha256, AssetKind.SOUND, len(sound.data), sound.duration_ms)


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME_CHARS:
        raise Invalid("no such name", field="name", reason=f"1 to {MAX_NAME_CHARS} characters")
    return name


def _new_id() -> str:
    return secrets.token_hex(8)
