"""The reader: what was typed becomes words, words become one sound. It remembers nothing."""

import math
from collections.abc import Iterator, Sequence
from typing import Final, Self

from controller.errors import Invalid, SpeechFailed
from controller.model import AnnouncementPart, AnnouncementPartDraft, Doubt
from controller.settings import Settings
from controller.speech import settings as speech_settings
from controller.speech.cache import Cache
from controller.speech.engines import Engines
from controller.speech.phrases import NAME as RECORDED
from controller.speech.phrases import Phrases
from playlists.audio.progress import Step, Tell, untold
from playlists.audio.refusals import NothingToSay
from playlists.audio.sound import Samples
from playlists.audio.speech.dictionary import Dictionary
from playlists.audio.speech.engine import (
    MAX_SPEED_PCT,
    MAX_WORDS_CHARS,
    MIN_SPEED_PCT,
    EngineFault,
    Utterance,
    Voice,
)
from playlists.audio.speech.normalise import read
from playlists.audio.speech.splice import joined, spliced
from playlists.text import intake

MAX_PARTS: Final = 20
"""A slow service may take its time for each, and somebody waits for all of them."""
MAX_PHRASES: Final = 100
MAX_GAP_S: Final = 10.0
MAX_LANGUAGE_CHARS: Final = 16
VIETNAMESE: Final = "vi"


class Reader:
    """Reads with the engines, the recordings and the dictionary of a site."""

    def __init__(self, engines: Engines, phrases: Phrases, dictionary: Dictionary) -> None:
        self._engines = engines
        self._phrases = phrases
        self._dictionary = dictionary

    @classmethod
    def of(cls, site: Settings) -> Self:
        """Return the reader of a site; BrokenSpeechSettings."""
        said = speech_settings.read(site.speech)
        engines = Engines.of(said, Cache(site.data_dir / "speech-cache"))
        dictionary = speech_settings.read_dictionary(site.dictionary)
        return cls(engines, Phrases(site.data_dir / "phrases"), dictionary)

    def voices(self) -> list[Voice]:
        """Return every voice there is, best first."""
        return self._engines.voices()

    def phrases(self) -> dict[str, str]:
        """Return every recorded phrase and its words."""
        return self._phrases.known()

    def worded(self, drafts: Sequence[AnnouncementPartDraft]) -> tuple[AnnouncementPart, ...]:
        """Write every part out; ContentRefused, Invalid, SpeechMissing."""
        if not 0 < len(drafts) <= MAX_PARTS:
            raise Invalid("no such announcement", field="parts", reason=f"1 to {MAX_PARTS} parts")
        return tuple(self._worded(draft) for draft in drafts)

    def speak(
        self, parts: Sequence[AnnouncementPart], gap_s: float, tell: Tell = untold
    ) -> Samples:
        """Return the parts as one sound, not levelled yet; SpeechFailed, SpeechMissing."""
        if not (math.isfinite(gap_s) and 0 <= gap_s <= MAX_GAP_S):
            raise Invalid("no such gap", field="gap_s", reason=f"0 to {MAX_GAP_S:.0f} s")
        return joined(self._said(parts, tell), gap_s)

    def _said(self, parts: Sequence[AnnouncementPart], tell: Tell) -> Iterator[Samples]:
        for number, part in enumerate(parts):
            tell(Step.SPEAK, number / len(parts))
            yield self._spoken(part)

    def _worded(self, draft: AnnouncementPartDraft) -> AnnouncementPart:
        if draft.phrases:
            return self._recorded(draft)
        if not MIN_SPEED_PCT <= draft.speed_pct <= MAX_SPEED_PCT:
            reason = f"{MIN_SPEED_PCT} to {MAX_SPEED_PCT}"
            raise Invalid("no such speed", field="speed_pct", reason=reason)
        taken = intake.normalise(draft.text)
        voice = self._engines.voice(draft.language[:MAX_LANGUAGE_CHARS], draft.voice)
        spoken, doubts = self._reading(taken.text, draft.language)
        if not any(char.isalnum() for char in spoken):
            raise NothingToSay("there is no word in it", text=taken.text[:80])
        if len(spoken) > MAX_WORDS_CHARS:
            reason = f"spoken it has {len(spoken)} characters, at most {MAX_WORDS_CHARS}"
            raise Invalid("too long when spoken", field="text", reason=reason)
        return AnnouncementPart(
            text=taken.text,
            original=taken.original,
            language=draft.language,
            voice=voice.id,
            speed_pct=draft.speed_pct,
            phrases=(),
            spoken=spoken,
            doubts=doubts,
        )

    def _reading(self, text: str, language: str) -> tuple[str, tuple[Doubt, ...]]:
        """Write out Vietnamese; in other languages numbers are the engine's business."""
        if language != VIETNAMESE:
            return " ".join(text.split()), ()
        reading = read(text, self._dictionary)
        doubts = [Doubt(one.at, one.written, one.said, one.why) for one in reading.doubts]
        return reading.spoken, tuple(doubts)

    def _recorded(self, draft: AnnouncementPartDraft) -> AnnouncementPart:
        if draft.text:
            reason = "either text or phrases, not both"
            raise Invalid("text and phrases", field="phrases", reason=reason)
        if len(draft.phrases) > MAX_PHRASES:
            raise Invalid("so many", field="phrases", reason=f"at most {MAX_PHRASES}")
        words = " ".join(self._phrases.words(name) for name in draft.phrases)
        return AnnouncementPart("", "", draft.language, RECORDED, 100, draft.phrases, words, ())

    def _spoken(self, part: AnnouncementPart) -> Samples:
        if not part.phrases:
            return self._engines.speak(Utterance(part.spoken, part.voice, part.speed_pct))
        try:
            return spliced(part.phrases, self._phrases.recording)
        except EngineFault as exc:
            raise SpeechFailed(str(exc), engine=exc.engine, reason=exc.reason) from exc
