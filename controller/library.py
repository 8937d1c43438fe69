"""The library: messages, clips and playlists, and what they become on a device."""

import math
import secrets
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
    Message,
    Person,
    Playlist,
)
from controller.store import contents, places
from controller.store.pages import page
from controller.store.store import Store
from playlists.audio import chime as chimes
from playlists.audio import loudness, render
from playlists.audio.decode import decode
from playlists.audio.sound import duration_ms
from playlists.schedule.plan import Asset, AssetKind
from playlists.text import font as fonts
from playlists.text import intake, layout
from playlists.text.frame import Geometry
from playlists.text.scene import MAX_SPEED_PX_S, Scene

MAX_CLIPS: Final = 500
MAX_GAP_S: Final = 60.0
MAX_NAME_CHARS: Final = 200


class Library:
    """Content, and its renderings."""

    def __init__(self, store: Store, assets: Files, originals: Files, clock: Clock) -> None:
        self._store = store
        self._assets = assets
        self._originals = originals
        self._clock = clock

    def create_message(
        self, text: str, *, font: int | None, align: Align, speed_px_s: int, person: Person
    ) -> Message:
        """Keep a text for boards, normalised, beside what was typed."""
        if font is not None:
            fonts.load(font)
        if not 1 <= speed_px_s <= MAX_SPEED_PX_S:
            reason = f"1 to {MAX_SPEED_PX_S}"
            raise Invalid("no such speed", field="speed_px_s", reason=reason)
        taken = intake.normalise(text)
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

    def preview(self, message: str, device: str) -> Scene:
        """Return the scene a board would show."""
        with self._store.read() as tx:
            found = places.devices(tx, [device])
        if not found:
            raise NotFound("device", device[:80])
        return self.scene(self.message(message), found[0])

    def scene(self, message: Message, device: Device) -> Scene:
        """Set a message on a board."""
        if device.width_px is None or device.height_px is None or device.max_strip_px is None:
            raise Invalid(f"{device.id} is no board", field="device", reason="not a board")
        return layout.compose(
            message.text,
            Geometry(device.width_px, device.height_px),
            layout.Style(
                font=message.font,
                align=layout.Align(message.align.value),
                speed_px_s=message.speed_px_s,
            ),
            max_strip_px=device.max_strip_px,
        )

    def create_clip(self, name: str, data: bytes, person: Person) -> Clip:
        """Keep an uploaded file, once it has been decoded to the end; NotAudio and its kin."""
        samples = decode(data)
        clip = Clip(
            id=_new_id(),
            name=_checked_name(name),
            sha256=self._originals.put(data),
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
        return DeviceKind.BOARD if kind is ContentKind.MESSAGE else DeviceKind.SPEAKER

    def rendered(self, kind: ContentKind, name: str, devices: list[Device]) -> dict[str, Asset]:
        """Render content for devices, once per geometry, and return each device's asset.

        The files are on the disk when this returns; no transaction is open meanwhile.
        """
        if kind is ContentKind.MESSAGE:
            return self._scenes(self.message(name), devices)
        asset = self._sound(kind, name)
        return {device.id: asset for device in devices}

    def _scenes(self, message: Message, devices: list[Device]) -> dict[str, Asset]:
        once: dict[tuple[int | None, ...], Asset] = {}
        for device in devices:
            size = _size(device)
            if size not in once:
                scene = self.scene(message, device)
                self._assets.put(scene.data)
                once[size] = Asset(
                    scene.sha256, AssetKind.SCENE, len(scene.data), scene.duration_ms
                )
        return {device.id: once[_size(device)] for device in devices}

    def _sound(self, kind: ContentKind, name: str) -> Asset:
        if kind is ContentKind.CLIP:
            clips, gap_s, chime = [self.clip(name)], 0.0, None
        else:
            playlist = self.playlist(name)
            clips = [self.clip(clip) for clip in playlist.clips]
            gap_s, chime = playlist.gap_s, playlist.chime
        parts = [decode(self._originals.read(clip.sha256)) for clip in clips]
        sound = render.render(parts, gap_s=gap_s, chime=chime, target_lufs=loudness.SPEECH_LUFS)
        self._assets.put(sound.data)
        return Asset(sound.sha256, AssetKind.SOUND, len(sound.data), sound.duration_ms)


def _size(device: Device) -> tuple[int | None, ...]:
    return device.width_px, device.height_px, device.max_strip_px


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME_CHARS:
        raise Invalid("no such name", field="name", reason=f"1 to {MAX_NAME_CHARS} characters")
    return name


def _new_id() -> str:
    return secrets.token_hex(8)
