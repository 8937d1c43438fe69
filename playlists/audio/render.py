"""From an operator's sounds to one asset: each filtered, trimmed and levelled, joined, encoded.

What was asked for is compared with what is heard after the codec, and corrected until it is met.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from playlists.audio import encode, loudness, mix
from playlists.audio.chime import chime
from playlists.audio.decode import MAX_DURATION_S
from playlists.audio.progress import Step, Tell, untold
from playlists.audio.recipe import Recipe
from playlists.audio.refusals import SoundTooLong
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples, Sound
from playlists.audio.trim import trim

MAX_PROGRAMME_S: Final = MAX_DURATION_S - 10
"""What a gateway decodes, less what a codec may add; all of it is in memory, 96 kB a second."""

_EVEN_LU: Final = 0.5
"""How far items may lie from each other's level; the whole is met more exactly."""
_NEAR_LU: Final = 0.3
_WORTH_LU: Final = 0.15
_TRIES: Final = 4
_MORE_DB: Final = 0.2
_TASTE: Final = 10 * SAMPLE_RATE_HZ
_TASTES: Final = 3


def render(recipe: Recipe, sources: Iterable[Samples], tell: Tell = untold) -> Sound:
    """Return one mono sound at the loudness its kind has on this site, measured as it is heard.

    `sources` are decoded sounds in the recipe's order; each is let go of once it is levelled.
    Raises SoundTooLong.
    """
    levels = recipe.levels
    even = {}
    for number, (kind, samples) in enumerate(zip(recipe.sources, sources, strict=True)):
        clean = trim(loudness.high_passed(samples, levels.high_pass_hz))
        target = levels.target_lufs(kind)
        even[number] = loudness.normalise(clean, target, _ceiling_dbfs(recipe), _EVEN_LU, tell)
    _check_length(recipe, even)
    bell = None if recipe.chime is None else chime(recipe.chime)
    if bell is not None:
        bell = loudness.normalise(bell, levels.speech_lufs, _ceiling_dbfs(recipe))
    tell(Step.MIX, 0.0)
    whole = mix.assemble(recipe, even, bell)
    _check_seconds(len(whole) / SAMPLE_RATE_HZ)
    return _met(recipe, whole, _target_lufs(recipe, whole), tell)


def _target_lufs(recipe: Recipe, whole: Samples) -> float:
    """Return what the whole shall measure: the target of its kind, if it has only one.

    Speech and music in turn stay apart as they are: the target is what they measure together.
    """
    targets = {recipe.levels.target_lufs(recipe.sources[cue.source]) for cue in recipe.cues}
    together = loudness.integrated_lufs(whole) if len(targets) > 1 else None
    return max(targets) if together is None else round(together, 2)


def _check_length(recipe: Recipe, sources: Mapping[int, Samples]) -> None:
    count = sum(cue.repeats for cue in recipe.cues)
    total_s = sum(len(sources[cue.source]) * cue.repeats for cue in recipe.cues) / SAMPLE_RATE_HZ
    _check_seconds(total_s + count * recipe.gap_s)


def _check_seconds(length_s: float) -> None:
    if length_s > MAX_PROGRAMME_S:
        raise SoundTooLong(f"longer than {MAX_PROGRAMME_S} s", limit_s=MAX_PROGRAMME_S)


def _ceiling_dbfs(recipe: Recipe) -> float:
    return recipe.levels.max_true_peak_dbtp - loudness.HEADROOM_DB


def _met(recipe: Recipe, whole: Samples, target: float, tell: Tell) -> Sound:
    """Encode until what comes out of the codec is as loud as asked and below the peak."""
    aim_lufs, ceiling_dbfs = target, _ceiling_dbfs(recipe)
    made: list[Sound] = []
    level = loudness.normalise(whole, aim_lufs, ceiling_dbfs, tell=tell)
    if len(whole) > 2 * _TASTES * _TASTE:
        change_lu, excess_db = _tasted(recipe, level)
        if abs(change_lu) > _WORTH_LU or excess_db:
            aim_lufs, ceiling_dbfs = aim_lufs - change_lu, ceiling_dbfs - excess_db
            level = loudness.normalise(whole, aim_lufs, ceiling_dbfs, tell=tell)
    while True:
        made.append(encode.encode(level, recipe.codec, tell))
        off_lu, excess_db = _off_lu(made[-1], target), _excess_db(recipe, made[-1])
        if (abs(off_lu) <= _NEAR_LU and not excess_db) or len(made) == _TRIES:
            break
        aim_lufs, ceiling_dbfs = aim_lufs + off_lu, ceiling_dbfs - excess_db
        level = loudness.normalise(whole, aim_lufs, ceiling_dbfs, tell=tell)
    best = min(made, key=lambda one: (_excess_db(recipe, one), abs(_off_lu(one, target))))
    return replace(best, target_lufs=target)


def _tasted(recipe: Recipe, level: Samples) -> tuple[float, float]:
    """Return what the codec does to some of a long sound: change of loudness, excess of peak.

    It does about the same to the rest, and encoding an hour twice is what costs most.
    """
    starts = (np.arange(_TASTES) + 0.5) * len(level) / _TASTES
    taste = np.concatenate([level[int(at) : int(at) + _TASTE] for at in starts])
    before_lufs, after = loudness.integrated_lufs(taste), encode.encode(taste, recipe.codec)
    if before_lufs is None or after.loudness_lufs is None:
        return 0.0, 0.0
    return after.loudness_lufs - before_lufs, _excess_db(recipe, after)


def _off_lu(sound: Sound, target: float) -> float:
    return 0.0 if sound.loudness_lufs is None else target - sound.loudness_lufs


def _excess_db(recipe: Recipe, sound: Sound) -> float:
    over_db = sound.true_peak_dbtp - recipe.levels.max_true_peak_dbtp
    return over_db + _MORE_DB if over_db > 0 else 0.0
