"""Playlists as operators write them: their limits, and the recipe they become."""

import math
from collections.abc import Callable, Mapping
from typing import Final

from controller.errors import Invalid
from controller.model import ContentKind, PlaylistDraft, PlaylistItem
from controller.sound.settings import SoundSettings
from playlists.audio import chime as chimes
from playlists.audio.levels import SoundKind
from playlists.audio.mix import BED_LEAD_S, CHIME_GAP_S
from playlists.audio.recipe import Bed, Cue, Recipe
from playlists.audio.refusals import SoundTooLong
from playlists.audio.render import MAX_PROGRAMME_S
from playlists.audio.sound import SAMPLE_RATE_HZ, Codec
from playlists.schedule.plan import BroadcastClass

MAX_ITEMS: Final = 500
MAX_GAP_S: Final = 60.0
MAX_REPEATS: Final = 100
MAX_FADE_S: Final = 60.0
MAX_DUCK_DB: Final = 40.0
BY_CLASS: Final = "class"
"""The chime of whatever class a broadcast has."""

Source = tuple[ContentKind, str]


def check(draft: PlaylistDraft, duration_ms: Callable[[PlaylistItem], int]) -> None:
    """Refuse what cannot be rendered; `duration_ms` tells an item's length, or that it is gone.

    Raises Invalid, UnknownChime, SoundTooLong, and what `duration_ms` raises.
    """
    if not 0 < len(draft.items) <= MAX_ITEMS:
        raise Invalid("no such playlist", field="items", reason=f"1 to {MAX_ITEMS} items")
    _check_range("gap_s", draft.gap_s, MAX_GAP_S, "s")
    if draft.chime is not None and draft.chime != BY_CLASS:
        chimes.chime(draft.chime)
    if draft.bed is not None:
        _check_range("bed.duck_db", draft.bed.duck_db, MAX_DUCK_DB, "dB")
    sound_ms = sum(_checked(item, duration_ms) for item in draft.items)
    gaps_ms = 1000 * draft.gap_s * sum(item.repeats for item in draft.items)
    if sound_ms + gaps_ms > 1000 * MAX_PROGRAMME_S:
        raise SoundTooLong(f"longer than {MAX_PROGRAMME_S} s", limit_s=MAX_PROGRAMME_S)


def recipe(
    draft: PlaylistDraft,
    kinds: Mapping[Source, SoundKind],
    settings: SoundSettings,
    urgency: BroadcastClass,
    codec: Codec,
) -> Recipe:
    """Return the recipe; its sources are those of `kinds`, in their order."""
    at = {source: number for number, source in enumerate(kinds)}
    bed = draft.bed
    return Recipe(
        sources=tuple(kinds.values()),
        cues=tuple(
            Cue(at[item.kind, item.id], item.repeats, item.fade_in_s, item.fade_out_s)
            for item in draft.items
        ),
        gap_s=draft.gap_s,
        chime=_chime(draft, settings, urgency),
        bed=None if bed is None else Bed(at[ContentKind.CLIP, bed.clip], bed.duck_db),
        levels=settings.levels,
        codec=codec,
    )


def length_ms(
    draft: PlaylistDraft,
    settings: SoundSettings,
    urgency: BroadcastClass,
    duration_ms: Callable[[PlaylistItem], int],
) -> int:
    """Return how long it will be; `duration_ms` tells how much is heard of an item."""
    ring = _chime(draft, settings, urgency)
    ring_s = 0.0 if ring is None else len(chimes.chime(ring)) / SAMPLE_RATE_HZ + CHIME_GAP_S
    lead_s = 0.0 if draft.bed is None else 2 * BED_LEAD_S
    gaps_s = draft.gap_s * (sum(item.repeats for item in draft.items) - 1)
    said_ms = sum(duration_ms(item) * item.repeats for item in draft.items)
    return said_ms + round(1000 * (ring_s + lead_s + gaps_s))


def sources(draft: PlaylistDraft) -> list[Source]:
    """Return everything a playlist is made of, each once."""
    bed = [] if draft.bed is None else [(ContentKind.CLIP, draft.bed.clip)]
    return [*dict.fromkeys([*((item.kind, item.id) for item in draft.items), *bed])]


def _chime(draft: PlaylistDraft, settings: SoundSettings, urgency: BroadcastClass) -> str | None:
    return settings.chime_of(urgency) if draft.chime == BY_CLASS else draft.chime


def _checked(item: PlaylistItem, duration_ms: Callable[[PlaylistItem], int]) -> int:
    if not 1 <= item.repeats <= MAX_REPEATS:
        raise Invalid("no such repeats", field="repeats", reason=f"1 to {MAX_REPEATS}")
    _check_range("fade_in_s", item.fade_in_s, MAX_FADE_S, "s")
    _check_range("fade_out_s", item.fade_out_s, MAX_FADE_S, "s")
    return duration_ms(item) * item.repeats


def _check_range(field: str, value: float, most: float, unit: str) -> None:
    if not (math.isfinite(value) and 0 <= value <= most):
        raise Invalid(f"no such {field}", field=field, reason=f"0 to {most:.0f} {unit}")
