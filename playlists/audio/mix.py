"""Mixing with pydub: chime, items, gaps and a bed become one sound, without clicks at the joins."""

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from playlists.audio.levels import SoundKind
from playlists.audio.recipe import Bed, Cue, Recipe
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

with warnings.catch_warnings():
    # pydub looks for an ffmpeg program at import; decoding and encoding are PyAV's work here.
    warnings.filterwarnings("ignore", "Couldn't find ffmpeg or avconv", RuntimeWarning)
    from pydub import AudioSegment

CHIME_GAP_S: Final = 0.4
"""Between the chime and the first word."""
BED_LEAD_S: Final = 1.5
"""How long a bed is heard alone before the first item and after the last."""

_DECLICK_MS: Final = 5
_RAMP_MS: Final = 400
_SILENT_DB: Final = -120.0
_ROOM_DB: Final = -6.0
"""Two sounds that meet are both turned down first: the sum of two full scales must not clip."""

Step = tuple[int, float]
"""From which millisecond on the bed has which gain."""


def assemble(recipe: Recipe, sources: Mapping[int, Samples], chime: Samples | None) -> Samples:
    """Return the chime, then the items with gaps between them, on the bed if there is one."""
    items = [_item(cue, _segment(sources[cue.source])) for cue in _repeated(recipe.cues)]
    if recipe.bed is None:
        programme = _joined(_spaced(items, recipe.gap_s))
    else:
        kinds = [recipe.sources[cue.source] for cue in _repeated(recipe.cues)]
        bed = _segment(sources[recipe.bed.source])
        programme = _on_bed(items, kinds, recipe.gap_s, bed, recipe.bed)
    if chime is not None:
        programme = _joined([_segment(chime), _silence(CHIME_GAP_S), programme])
    return np.frombuffer(programme.raw_data, "<i2")


def _repeated(cues: Iterable[Cue]) -> Iterator[Cue]:
    for cue in cues:
        yield from [cue] * cue.repeats


def _item(cue: Cue, segment: AudioSegment) -> AudioSegment:
    longest = len(segment) // 2
    fade_in = min(longest, max(_DECLICK_MS, round(cue.fade_in_s * 1000)))
    fade_out = min(longest, max(_DECLICK_MS, round(cue.fade_out_s * 1000)))
    return segment.fade_in(fade_in).fade_out(fade_out)


def _spaced(items: Sequence[AudioSegment], gap_s: float) -> Iterator[AudioSegment]:
    for index, item in enumerate(items):
        if index:
            yield _silence(gap_s)
        yield item


def _on_bed(
    items: Sequence[AudioSegment],
    kinds: Sequence[SoundKind],
    gap_s: float,
    bed: AudioSegment,
    how: Bed,
) -> AudioSegment:
    lead = _silence(BED_LEAD_S)
    programme = _joined([lead, *_spaced(items, gap_s), lead])
    steps, at_ms = [(0, 0.0)], len(lead)
    for item, kind in zip(items, kinds, strict=True):
        # Music does not go with other music: under it the bed is silent.
        down_db = -how.duck_db if kind is SoundKind.SPEECH else _SILENT_DB
        end_ms = at_ms + len(item)
        steps += [(max(0, at_ms - _RAMP_MS), down_db), (end_ms, 0.0)]
        at_ms = end_ms + round(gap_s * 1000)
    turns = -(-len(programme) // max(1, len(bed)))
    ground = _ducked(_joined([bed] * turns)[: len(programme)], steps)
    ramp = round(BED_LEAD_S * 1000)
    ground = ground.fade_in(ramp).fade_out(ramp)
    return programme.apply_gain(_ROOM_DB).overlay(ground.apply_gain(_ROOM_DB))


def _ducked(bed: AudioSegment, steps: Sequence[Step]) -> AudioSegment:
    """Give the bed its gains, each reached by a ramp; in a gap too short to rise it stays down."""
    steps = _settled(steps)
    before_db, pieces = 0.0, []
    for (start_ms, gain_db), (end_ms, _) in pairwise([*steps, (len(bed), 0.0)]):
        piece = bed[start_ms:end_ms]
        if gain_db != before_db:
            ramp_ms = min(_RAMP_MS, len(piece))
            piece = piece.fade(gain_db, before_db, start=0, duration=ramp_ms)
        elif gain_db:
            piece = piece.apply_gain(gain_db)
        pieces.append(piece)
        before_db = gain_db
    return _joined(pieces)


def _settled(steps: Sequence[Step]) -> list[Step]:
    kept: list[Step] = []
    for step in steps:
        while kept and step[0] - kept[-1][0] < _RAMP_MS and len(kept) > 1:
            kept.pop()
        kept.append(step)
    return kept


def _joined(pieces: Iterable[AudioSegment]) -> AudioSegment:
    """Join at once: adding one by one copies everything each time."""
    return _raw(b"".join(piece.raw_data for piece in pieces))


def _segment(samples: Samples) -> AudioSegment:
    return _raw(samples.astype("<i2", copy=False).tobytes())


def _raw(data: bytes) -> AudioSegment:
    return AudioSegment(data=data, sample_width=2, frame_rate=SAMPLE_RATE_HZ, channels=1)


def _silence(length_s: float) -> AudioSegment:
    return AudioSegment.silent(round(length_s * 1000), SAMPLE_RATE_HZ)
