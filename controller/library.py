"""The library: messages, images, clips and playlists, and what they become on a device."""

import secrets
from collections.abc import Callable
from pathlib import Path

from controller.announcements import Announcements
from controller.assets import Files
from controller.audit import content_of, record
from controller.clock import Clock
from controller.errors import Invalid, NotFound
from controller.live.model import page_asset
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
    PlaylistDraft,
    PlaylistItem,
)
from controller.names import checked_name
from controller.rendering import Canvas, Renderer, canvases
from controller.sound import programmes
from controller.sound.measured import MeasuredSound
from controller.sound.studio import Studio
from controller.store import contents, live, places
from controller.store.pages import page
from controller.store.store import Store, Tx
from playlists.audio.levels import SoundKind
from playlists.audio.progress import Tell, untold
from playlists.audio.recipe import single
from playlists.audio.sound import Codec
from playlists.audio.waveform import MAX_POINTS, fewer, surely_heard
from playlists.schedule.asset import Live
from playlists.schedule.plan import Asset, BroadcastClass
from playlists.text import intake
from playlists.text.fit import Fit
from playlists.text.font import Font
from playlists.text.frame import Frame
from playlists.text.scene import MAX_SPEED_PX_S, Scene


class Library:
    """Content, and its renderings."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        renderer: Renderer,
        announcements: Announcements,
        studio: Studio,
        *,
        clips: Files,
        images: Files,
    ) -> None:
        self._store = store
        self._clock = clock
        self._renderer = renderer
        self._announcements = announcements
        self._studio = studio
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
            self._enter(tx, person, "message", message)
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
            name=checked_name(name),
            sha256=self._images.put(data),
            size_bytes=len(data),
            created_at=self._clock.now(),
            created_by=person.name,
        )
        with self._store.write() as tx:
            contents.add_image(tx, image)
            self._enter(tx, person, "image", image)
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

    def create_clip(
        self,
        name: str,
        data: bytes,
        person: Person,
        kind: SoundKind = SoundKind.SPEECH,
        *,
        tell: Tell = untold,
    ) -> Clip:
        """Keep an uploaded file, once it has been decoded to the end; NotAudio and its kin."""
        name, heard = checked_name(name), self._studio.survey(data, tell)
        clip = Clip(
            id=_new_id(),
            name=name,
            sha256=self._clips.put(data),
            size_bytes=len(data),
            duration_ms=heard.duration_ms,
            created_at=self._clock.now(),
            created_by=person.name,
            kind=kind,
            loudness_lufs=heard.loudness_lufs,
            true_peak_dbtp=heard.true_peak_dbtp,
        )
        with self._store.write() as tx:
            contents.add_clip(tx, clip, heard.waveform)
            self._enter(tx, person, "clip", clip)
        return clip

    def waveform(self, clip: str, points: int) -> bytes:
        """Return at most so many peaks of a clip, one byte each, 255 = full scale; NotFound."""
        if not 1 <= points <= MAX_POINTS:
            raise Invalid("no such waveform", field="points", reason=f"1 to {MAX_POINTS}")
        kept = self.clip(clip)
        with self._store.read() as tx:
            drawn = contents.waveform(tx, kept.id)
        if drawn is None:  # a clip from before waveforms were drawn
            heard = self._studio.survey(self._clips.read(kept.sha256))
            with self._store.write() as tx:
                contents.survey_clip(tx, kept.id, heard)
            drawn = heard.waveform
        return fewer(drawn, points)

    def measured(self, sha256: str) -> MeasuredSound:
        """Return what was measured on a rendered sound; NotFound."""
        return self._studio.measured(sha256)

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

    def create_playlist(self, draft: PlaylistDraft, person: Person) -> Playlist:
        """Keep a playlist of existing clips and announcements; see `programmes.check`."""
        programmes.check(draft, self._duration_ms)
        if draft.bed is not None:
            self.clip(draft.bed.clip)
        playlist = Playlist(
            name=checked_name(draft.name),
            items=draft.items,
            gap_s=draft.gap_s,
            chime=draft.chime,
            bed=draft.bed,
            id=_new_id(),
            created_at=self._clock.now(),
            created_by=person.name,
        )
        with self._store.write() as tx:
            contents.add_playlist(tx, playlist)
            self._enter(tx, person, "playlist", playlist)
        return playlist

    def _enter(
        self, tx: Tx, person: Person, kind: str, made: Message | Image | Clip | Playlist
    ) -> None:
        after = content_of(made)
        record(tx, made.created_at, person, "create", f"{kind}:{made.id}", after=after)

    def _duration_ms(self, item: PlaylistItem) -> int:
        if item.kind is ContentKind.ANNOUNCEMENT:
            return self._announcements.get(item.id).duration_ms
        return self.clip(item.id).duration_ms

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

    def check_sound(self, kind: ContentKind, name: str) -> None:
        """Raise NotFound unless there is such a clip, announcement or playlist."""
        match kind:
            case ContentKind.CLIP:
                self.clip(name)
            case ContentKind.PLAYLIST:
                self.playlist(name)
            case ContentKind.ANNOUNCEMENT:
                self._announcements.get(name)
            case _:
                raise NotFound("sound", name[:80])

    def rendered(
        self,
        kind: ContentKind,
        name: str,
        devices: list[Device],
        urgency: BroadcastClass = BroadcastClass.NORMAL,
        tell: Tell = untold,
    ) -> dict[str, Asset]:
        """Render content for devices, once per canvas or codec, and return each device's asset.

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
                codecs = dict.fromkeys(device.codec for device in devices)
                packed = {one: self._heard(kind, name, urgency, one, tell) for one in codecs}
                return {device.id: packed[device.codec] for device in devices}

    def lengths_ms(
        self, kind: ContentKind, name: str, urgency: BroadcastClass
    ) -> tuple[int, int] | None:
        """Return how long a sound will be at most and at least, before it is rendered.

        Between them lies the silence that trimming takes. None for what has no length before.
        """
        match kind:
            case ContentKind.CLIP | ContentKind.ANNOUNCEMENT:
                item = PlaylistItem(name, kind)
                return self._duration_ms(item), self._least_ms(item)
            case ContentKind.PLAYLIST:
                playlist, settings = self.playlist(name), self._studio.settings
                most, least = (
                    programmes.length_ms(playlist, settings, urgency, known)
                    for known in (self._duration_ms, self._least_ms)
                )
                return most, least
            case _:
                return None

    def _least_ms(self, item: PlaylistItem) -> int:
        if item.kind is ContentKind.ANNOUNCEMENT:
            return self._duration_ms(item)
        with self._store.read() as tx:
            drawn = contents.waveform(tx, item.id)
        return int(self._duration_ms(item) * surely_heard(drawn or b""))

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

    def _heard(
        self, kind: ContentKind, name: str, urgency: BroadcastClass, codec: Codec, tell: Tell
    ) -> Asset:
        match kind:
            case ContentKind.PAGE:
                return page_asset(name)
            case ContentKind.RELAY:
                return self._station(name, urgency, codec, tell)
            case _:
                return self._sound(kind, name, urgency, codec, tell)

    def _station(self, name: str, urgency: BroadcastClass, codec: Codec, tell: Tell) -> Asset:
        with self._store.read() as tx:
            relay = live.relay(tx, name)
        if relay is None:
            raise NotFound("relay", name[:80])
        instead = relay.fallback
        sound = None
        if instead is not None:
            sound = self._sound(instead.kind, instead.id, urgency, codec, tell)
        return Asset.stream(Live(relay.url, relay.patience_s * 1_000, ends=False, fallback=sound))

    def _sound(
        self, kind: ContentKind, name: str, urgency: BroadcastClass, codec: Codec, tell: Tell
    ) -> Asset:
        if kind is ContentKind.ANNOUNCEMENT:
            return self._announcements.asset(name, codec, tell)
        if kind is ContentKind.CLIP:
            clip = self.clip(name)
            recipe = single(clip.kind, self._studio.settings.levels, codec)
            return self._studio.rendered(recipe, [self._clips.path(clip.sha256)], tell)
        playlist = self.playlist(name)
        kinds, paths = {}, []
        for source in programmes.sources(playlist):
            kinds[source], path = self._source(*source)
            paths.append(path)
        recipe = programmes.recipe(playlist, kinds, self._studio.settings, urgency, codec)
        return self._studio.rendered(recipe, paths, tell)

    def _source(self, kind: ContentKind, name: str) -> tuple[SoundKind, Path]:
        if kind is ContentKind.ANNOUNCEMENT:
            return SoundKind.SPEECH, self._announcements.speech(name)
        clip = self.clip(name)
        return clip.kind, self._clips.path(clip.sha256)


def _new_id() -> str:
    return secrets.token_hex(8)
