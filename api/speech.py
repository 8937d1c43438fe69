"""The JSON of announcements, voices and recorded phrases."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

from pydantic import Field, model_validator

from api.forms import In, Out
from api.schemas import Instant, Name, Text
from controller import model
from playlists.audio.speech.passage import Why

MAX_PARTS: Final = 20
"""The library says it in the operator's words; this only bounds what is read."""
MAX_PHRASES: Final = 100
DEFAULT_GAP_S: Final = 0.6
"""A reader's pause between two languages, or before the text is said again."""

DOUBTS: Final[Mapping[Why, tuple[str, str]]] = {
    Why.SPELLED: (
        "Chữ viết tắt lạ, sẽ đọc từng chữ cái.",
        "Unknown capitals: they are spelled.",
    ),
    Why.SOUNDED: (
        "Chữ viết hoa lạ, sẽ đọc như một từ.",
        "Unknown capitals: they are said as a word.",
    ),
    Why.FOREIGN: (
        "Không phải tiếng Việt; máy đọc sẽ đoán.",
        "No Vietnamese word: the voice guesses.",
    ),
    Why.FOREIGN_SCRIPT: (
        "Chữ nước ngoài, giọng Việt không đọc được.",
        "Foreign letters that no Vietnamese voice can say.",
    ),
    Why.DATE_OR_SHARE: (
        "Có thể là ngày tháng, cũng có thể là phân số hay khoảng.",
        "A date, or a fraction or a range.",
    ),
    Why.NUMBER: (
        "Số này có hai cách đọc.",
        "This number can be read in two ways.",
    ),
    Why.PHONE_OR_NUMBER: (
        "Có thể là số điện thoại, cũng có thể là một con số.",
        "A phone number, or a number.",
    ),
    Why.ROMAN: (
        "Được hiểu là số La Mã.",
        "Taken for a Roman numeral.",
    ),
    Why.ADDRESS: (
        "Địa chỉ mạng: nghe loa khó nhớ được.",
        "A web or e-mail address: nobody remembers it from hearing.",
    ),
    Why.TOO_LONG: (
        "Phần sau quá dài, không được đọc.",
        "The text goes on behind what is read.",
    ),
}
"""Why somebody should look, in Vietnamese and in English."""


class AnnouncementPartIn(In):
    """A text in one language, or recorded phrases by their ids."""

    text: Text = ""
    language: Name = "vi"
    voice: Name | None = None
    """None = the site's voice for the language."""
    speed_pct: int = 100
    """100 = the voice's ordinary reading speed; 50 to 200."""
    phrases: list[Name] = Field(default=[], max_length=MAX_PHRASES)

    def to_draft(self) -> model.AnnouncementPartDraft:
        """Return the same as the controller takes it."""
        return model.AnnouncementPartDraft(
            text=self.text,
            language=self.language,
            voice=self.voice,
            speed_pct=self.speed_pct,
            phrases=tuple(self.phrases),
        )


class AnnouncementIn(AnnouncementPartIn):
    """What shall be spoken: one part, or several in `parts`."""

    name: Name | None = None
    """None = how its words begin."""
    parts: list[AnnouncementPartIn] = Field(default=[], max_length=MAX_PARTS)
    gap_s: float = DEFAULT_GAP_S

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.parts and (self.text or self.phrases):
            raise ValueError("give either parts, or one text or phrases")
        return self

    def to_drafts(self) -> list[model.AnnouncementPartDraft]:
        """Return its parts as the controller takes them."""
        return [part.to_draft() for part in self.parts or [self]]


class DoubtOut(Out):
    """A place where the spoken form may be wrong: somebody should listen."""

    at: int
    written: str
    spoken: str
    why: Why
    detail: str
    detail_en: str

    @classmethod
    def of(cls, doubt: model.Doubt) -> Self:
        """Show a doubt, in words."""
        detail, detail_en = DOUBTS[doubt.why]
        return cls(
            at=doubt.at,
            written=doubt.written,
            spoken=doubt.spoken,
            why=doubt.why,
            detail=detail,
            detail_en=detail_en,
        )


class AnnouncementPartOut(Out):
    """A part: what was typed, and word for word what is said."""

    text: str
    original: str
    language: str
    voice: str
    speed_pct: int
    phrases: list[str]
    spoken: str
    doubts: list[DoubtOut]

    @classmethod
    def of(cls, part: model.AnnouncementPart) -> Self:
        """Show a part."""
        return cls(
            text=part.text,
            original=part.original,
            language=part.language,
            voice=part.voice,
            speed_pct=part.speed_pct,
            phrases=list(part.phrases),
            spoken=part.spoken,
            doubts=[DoubtOut.of(doubt) for doubt in part.doubts],
        )


class ReadingOut(Out):
    """What would be said."""

    spoken: str
    """The whole of it, to be read before approval."""
    doubts: list[DoubtOut]
    parts: list[AnnouncementPartOut]

    @classmethod
    def of(cls, parts: Sequence[model.AnnouncementPart]) -> Self:
        """Show parts that nobody has spoken yet."""
        return cls(**_told(parts))


class AnnouncementOut(ReadingOut):
    """An announcement as kept."""

    id: str
    name: str
    gap_s: float
    sound: str
    """Where to listen to it."""
    sha256: str
    """The asset that will be played."""
    duration_ms: int
    loudness_lufs: float | None
    created_at: Instant
    created_by: str

    @classmethod
    def of_kept(cls, kept: model.Announcement) -> Self:
        """Show an announcement."""
        return cls(
            **_told(kept.parts),
            id=kept.id,
            name=kept.name,
            gap_s=kept.gap_s,
            sound=f"/api/v1/announcements/{kept.id}/sound",
            sha256=kept.sound_sha256,
            duration_ms=kept.duration_ms,
            loudness_lufs=kept.loudness_lufs,
            created_at=kept.created_at,
            created_by=kept.created_by,
        )


class VoiceOut(Out):
    """Who can speak."""

    id: str
    language: str
    label: str


class PhraseOut(Out):
    """A recorded phrase."""

    id: str
    words: str


def _told(parts: Sequence[model.AnnouncementPart]) -> dict[str, Any]:
    shown = [AnnouncementPartOut.of(part) for part in parts]
    return {
        "spoken": "\n".join(part.spoken for part in shown),
        "doubts": [doubt for part in shown for doubt in part.doubts],
        "parts": shown,
    }
