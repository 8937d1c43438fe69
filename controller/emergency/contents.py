"""The words of emergencies, kept as a message and as a playlist of a chime and speech.

The same words are kept once: what was spoken when a template was approved is what is heard later,
and costs nothing then. Speech that cannot be made never keeps text from the boards.
"""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from controller.announcements import Announcements
from controller.clock import Clock
from controller.emergency.model import Said
from controller.errors import SpeechFailed, SpeechMissing
from controller.model import (
    Align,
    Announcement,
    AnnouncementPartDraft,
    ContentKind,
    Message,
    Person,
    Playlist,
    PlaylistItem,
)
from controller.rendering import Renderer
from controller.store import announcements as announcement_rows
from controller.store import contents
from controller.store import emergency as rows
from controller.store.emergency import Words
from controller.store.store import Store
from playlists.text import intake

SPEED_PX_S: Final = 60
"""Faster than usual: the whole of it is read in passing."""
_GAP_S: Final = 0.5


class Contents:
    """Where the words of emergencies are kept."""

    def __init__(
        self, store: Store, clock: Clock, renderer: Renderer, announcements: Announcements
    ) -> None:
        self._store = store
        self._clock = clock
        self._renderer = renderer
        self._announcements = announcements

    def check(self, said: Said) -> None:
        """Raise ContentRefused for words that cannot be shown or read out."""
        self._renderer.check(intake.normalise(said.shown).text, None)
        self._announcements.read([AnnouncementPartDraft(text=said.spoken)])

    def of(self, said: Said, chime: str, person: Person, *, language: str = "vi") -> Words:
        """Return what words have become, made now if they were never said; ContentRefused.

        What is made is not entered in the audit log: whoever wanted it enters that.
        """
        sha256 = hashlib.sha256(json.dumps([asdict(said), chime, language]).encode()).hexdigest()
        with self._store.read() as tx:
            kept = rows.words(tx, sha256)
        if kept is not None and not kept.fault:
            return kept
        message = self._message(said.shown, person)
        speech, fault = self._speech(lambda: self._spoken(said.spoken, language, person))
        with self._store.write() as tx:
            contents.add_message(tx, message)
            playlist = None
            if speech is not None:
                announcement_rows.add(tx, speech)
                playlist = _programme(speech, chime)
                contents.add_playlist(tx, playlist)
            made = Words(message.id, None if playlist is None else playlist.id, fault)
            rows.put_words(tx, sha256, made)
        return made

    def _message(self, shown: str, person: Person) -> Message:
        taken = intake.normalise(shown)
        self._renderer.check(taken.text, None)
        return Message(
            id=secrets.token_hex(8),
            text=taken.text,
            original=taken.original,
            font=None,
            align=Align.CENTER,
            speed_px_s=SPEED_PX_S,
            created_at=self._clock.now(),
            created_by=person.name,
        )

    def _spoken(self, words: str, language: str, person: Person) -> Announcement:
        drafts = [AnnouncementPartDraft(text=words, language=language)]
        return self._announcements.spoken(drafts, name=None, gap_s=_GAP_S, person=person)

    def _speech(self, speak: Callable[[], Announcement]) -> tuple[Announcement | None, str]:
        try:
            return speak(), ""
        except (SpeechFailed, SpeechMissing) as exc:
            return None, exc.code


def _programme(speech: Announcement, chime: str) -> Playlist:
    return Playlist(
        name=speech.name,
        items=(PlaylistItem(speech.id, ContentKind.ANNOUNCEMENT),),
        gap_s=_GAP_S,
        chime=chime,
        id=secrets.token_hex(8),
        created_at=speech.created_at,
        created_by=speech.created_by,
    )
