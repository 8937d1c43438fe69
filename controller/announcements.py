"""Announcements: text becomes words, words become speech, once, when they are written.

The sound is made before anybody approves it and never made again, so what is heard in the street
is what was listened to, whatever becomes of an engine, its voices or its service in between.
"""

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from controller.assets import Files
from controller.audit import content_of, record
from controller.clock import Clock
from controller.errors import NotFound
from controller.model import Announcement, AnnouncementPart, AnnouncementPartDraft, Person
from controller.names import checked_name
from controller.sound.studio import Studio
from controller.speech.reader import Reader
from controller.store import announcements as rows
from controller.store.pages import page
from controller.store.store import Store
from playlists.audio.levels import SoundKind
from playlists.audio.progress import Tell, untold
from playlists.audio.recipe import single
from playlists.audio.sound import Codec
from playlists.audio.speech.engine import Voice
from playlists.audio.speech.lossless import flac
from playlists.schedule.plan import Asset, AssetKind

NAME_CHARS: Final = 60
"""Of the words, where nobody gave a name."""


class Announcements:
    """What is spoken."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        reader: Reader,
        studio: Studio,
        speech: Files,
    ) -> None:
        self._store = store
        self._clock = clock
        self._reader = reader
        self._studio = studio
        self._speech = speech

    def voices(self) -> list[Voice]:
        """Return every voice there is, best first."""
        return self._reader.voices()

    def phrases(self) -> dict[str, str]:
        """Return every recorded phrase and its words."""
        return self._reader.phrases()

    def read(self, drafts: Sequence[AnnouncementPartDraft]) -> tuple[AnnouncementPart, ...]:
        """Write it out without speaking or keeping it; raises as `create`."""
        return self._reader.worded(drafts)

    def create(
        self,
        drafts: Sequence[AnnouncementPartDraft],
        *,
        name: str | None,
        gap_s: float,
        person: Person,
        tell: Tell = untold,
    ) -> Announcement:
        """Speak it and keep it; raises as `spoken`."""
        announcement = self.spoken(drafts, name=name, gap_s=gap_s, person=person, tell=tell)
        with self._store.write() as tx:
            rows.add(tx, announcement)
            thing, after = f"announcement:{announcement.id}", content_of(announcement)
            record(tx, announcement.created_at, person, "create", thing, after=after)
        return announcement

    def spoken(
        self,
        drafts: Sequence[AnnouncementPartDraft],
        *,
        name: str | None,
        gap_s: float,
        person: Person,
        tell: Tell = untold,
    ) -> Announcement:
        """Speak it, and let the caller keep it; nothing is made when a part cannot be spoken.

        Raises ContentRefused, Invalid, SpeechFailed, SpeechMissing.
        """
        parts = self._reader.worded(drafts)
        name = checked_name(parts[0].spoken[:NAME_CHARS] if name is None else name)
        speech = self._speech.put(flac(self._reader.speak(parts, gap_s, tell)))
        asset = self._rendered(speech, Codec.OPUS, tell)
        return Announcement(
            id=secrets.token_hex(8),
            name=name,
            parts=parts,
            gap_s=gap_s,
            speech_sha256=speech,
            sound_sha256=asset.sha256,
            size_bytes=asset.size_bytes,
            duration_ms=asset.duration_ms,
            loudness_lufs=self._studio.measured(asset.sha256).loudness_lufs,
            created_at=self._clock.now(),
            created_by=person.name,
        )

    def get(self, name: str) -> Announcement:
        """Return an announcement; NotFound."""
        with self._store.read() as tx:
            found = rows.find(tx, name)
        if found is None:
            raise NotFound("announcement", name[:80])
        return found

    def list(self, cursor: str | None, limit: int) -> tuple[list[Announcement], str | None]:
        """Return one page of announcements, newest first, and the next cursor."""
        with self._store.read() as tx:
            return page(lambda at, count: rows.listed(tx, at, count), cursor, limit)

    def asset(self, name: str, codec: Codec = Codec.OPUS, tell: Tell = untold) -> Asset:
        """Return what loudspeakers play; its file is on the disk.

        In other codecs than the usual one it is the same speech, packed when it is asked for.
        """
        kept = self.get(name)
        if codec is not Codec.OPUS:
            return self._rendered(kept.speech_sha256, codec, tell)
        return Asset(kept.sound_sha256, AssetKind.SOUND, kept.size_bytes, kept.duration_ms)

    def _rendered(self, speech: str, codec: Codec, tell: Tell) -> Asset:
        recipe = single(SoundKind.SPEECH, self._studio.settings.levels, codec)
        return self._studio.rendered(recipe, [self._speech.path(speech)], tell)

    def speech(self, name: str) -> Path:
        """Return the file of the speech as it was spoken, for playlists."""
        return self._speech.path(self.get(name).speech_sha256)
