"""What goes between the controller and the process in the cage: a line of JSON, then bytes.

Nothing is pickled: who has taken over a decoder must not be able to send objects.
"""

import json
import re
from dataclasses import asdict
from typing import Any, Final

from playlists.audio.progress import Step
from playlists.audio.refusals import FileTooLarge, NotAudio, SoundTooLong, TooCostly, UnknownChime
from playlists.audio.sound import MAX_SOUND_BYTES, Codec, Sound
from playlists.audio.survey import Survey
from playlists.audio.waveform import MAX_POINTS
from playlists.errors import BadBytes, ContentRefused

MAX_LINE_BYTES: Final = 1 << 20
MAX_ANSWER_BYTES: Final = MAX_LINE_BYTES + MAX_SOUND_BYTES
MAX_FACT_CHARS: Final = 200

_STEPS: Final = tuple(Step)
_WHOLE: Final = 1_000
_PROGRESS: Final = re.compile(rb"([0-9]) ([0-9]{1,4})")

_REFUSALS: Final = {
    one.code: one for one in (FileTooLarge, NotAudio, SoundTooLong, TooCostly, UnknownChime)
}
_FACTS: Final = {
    "file-too-large": ("size_bytes", "limit_bytes"),
    "not-audio": ("reason",),
    "sound-too-long": ("limit_s",),
    "too-costly": ("reason",),
    "unknown-chime": ("name", "known"),
}


def letter(head: dict[str, Any], body: bytes = b"") -> bytes:
    """Return one letter."""
    return json.dumps(head, separators=(",", ":")).encode() + b"\n" + body


def of_survey(found: Survey) -> bytes:
    """Return a survey as a letter."""
    return letter({**asdict(found), "waveform": None}, found.waveform)


def of_sound(sound: Sound) -> bytes:
    """Return a sound as a letter."""
    head = {
        "duration_ms": sound.duration_ms,
        "loudness_lufs": sound.loudness_lufs,
        "true_peak_dbtp": sound.true_peak_dbtp,
        "codec": sound.codec.value,
        "target_lufs": sound.target_lufs,
    }
    return letter(head, sound.data)


def of_refusal(refusal: ContentRefused) -> bytes:
    """Return a refusal as a letter."""
    return letter({"refused": refusal.code, "facts": dict(refusal.facts)})


def of_progress(step: Step, done: float) -> bytes:
    """Return how far the work is as a line: the step's number, and how many thousandths of it."""
    return b"%d %d\n" % (_STEPS.index(step), int(_WHOLE * done))


def progress(line: bytes) -> tuple[Step, float] | None:
    """Read such a line, without its end; None for anything else, whatever it is."""
    found = _PROGRESS.fullmatch(line)
    if found is None or int(found[1]) >= len(_STEPS) or int(found[2]) > _WHOLE:
        return None
    return _STEPS[int(found[1])], int(found[2]) / _WHOLE


def survey(answer: bytes) -> Survey:
    """Read a survey. Raises what the cage refused with, TooCostly for nonsense."""
    head, body = _opened(answer)
    try:
        return Survey(
            duration_ms=int(head["duration_ms"]),
            loudness_lufs=_level(head["loudness_lufs"]),
            true_peak_dbtp=float(head["true_peak_dbtp"]),
            waveform=body[:MAX_POINTS],
        )
    except (KeyError, TypeError, ValueError, OverflowError) as exc:
        raise _crashed() from exc


def sound(answer: bytes) -> Sound:
    """Read a sound. Raises what the cage refused with, TooCostly for nonsense."""
    head, body = _opened(answer)
    try:
        return Sound(
            data=body,
            duration_ms=int(head["duration_ms"]),
            loudness_lufs=_level(head["loudness_lufs"]),
            true_peak_dbtp=float(head["true_peak_dbtp"]),
            codec=Codec(head["codec"]),
            target_lufs=_level(head["target_lufs"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError, BadBytes) as exc:
        raise _crashed() from exc


def _opened(answer: bytes) -> tuple[dict[str, Any], bytes]:
    line, _, body = answer.partition(b"\n")
    try:
        head = json.loads(line[:MAX_LINE_BYTES])
    except ValueError as exc:  # RecursionError cannot come from a line that a limit has cut
        raise _crashed() from exc
    if not isinstance(head, dict):
        raise _crashed()
    if "refused" in head:
        raise _refusal(head)
    return head, body


def _refusal(head: dict[str, Any]) -> ContentRefused:
    kind, told = _REFUSALS.get(str(head["refused"])), head.get("facts")
    if kind is None or not isinstance(told, dict):
        return _crashed()
    facts = {name: _fact(told.get(name, "")) for name in _FACTS[kind.code]}
    return kind("refused in the cage", **facts)


def _fact(value: object) -> object:
    return value if isinstance(value, int | float) else str(value)[:MAX_FACT_CHARS]


def _level(value: Any) -> float | None:
    return None if value is None else float(value)


def _crashed() -> TooCostly:
    return TooCostly("the decoder broke down", reason="crash")
