"""Inside the cage: reads one order from standard input, works, writes one answer, ends.

By the time a byte of a stranger's file is looked at, this process cannot open a file or a socket,
cannot write a file, and its memory and time are counted. How far it is it says on standard error.
"""

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from typing import IO, Any, Final

from controller import locked
from controller.sound import letters
from playlists.audio import render
from playlists.audio.chime import chime
from playlists.audio.decode import MAX_UPLOAD_BYTES, decode
from playlists.audio.levels import Levels, SoundKind
from playlists.audio.progress import Step
from playlists.audio.recipe import Recipe, single
from playlists.audio.refusals import FileTooLarge, NotAudio, TooCostly
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.audio.survey import survey
from playlists.errors import ContentRefused

TELL_EVERY_S: Final = 0.25
"""Often enough for an eye."""
_WARM_UP: Final = SAMPLE_RATE_HZ // 2


def main() -> None:
    """Serve one order."""
    locked.die_with_parent()
    source, out = sys.stdin.buffer, sys.stdout.buffer
    order = json.loads(source.readline(letters.MAX_LINE_BYTES))
    _warm_up()
    locked.shut()
    try:
        answer = _served(order, source)
    except ContentRefused as refusal:
        answer = letters.of_refusal(refusal)
    except MemoryError:
        answer = letters.of_refusal(TooCostly("out of memory", reason="memory"))
    out.write(answer)
    out.flush()


def _warm_up() -> None:
    """Do everything once with a sound of our own: libraries load parts of themselves late."""
    with contextlib.suppress(NotAudio):
        decode(b"RIFF, and then nothing")
    bell = chime("two-tone")[:_WARM_UP]
    survey(render.render(single(SoundKind.SPEECH, Levels()), [bell]).data)


class _Teller:
    """Says how far the work is: whatever begins, and the rest a few times a second."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._told_s = -TELL_EVERY_S
        self._step: Step | None = None

    def tell(self, step: Step, done: float) -> None:
        """Say it, if it is time to."""
        now_s = time.monotonic()
        if done and step is self._step and now_s - self._told_s < TELL_EVERY_S:
            return
        self._told_s, self._step = now_s, step
        self._out.write(letters.of_progress(step, done))
        self._out.flush()


def _served(order: dict[str, Any], source: IO[bytes]) -> bytes:
    sizes, teller = order["sizes"], _Teller(sys.stderr.buffer)
    if order["job"] == "survey":
        return letters.of_survey(survey(_read(source, sizes[0]), teller.tell))
    recipe = Recipe.from_json(order["recipe"])
    return letters.of_sound(render.render(recipe, _decoded(source, sizes, teller), teller.tell))


def _decoded(source: IO[bytes], sizes: list[int], teller: _Teller) -> Iterator[Samples]:
    """Decode one file after the other; each is let go of before the next is read."""
    for number, size_bytes in enumerate(sizes):

        def tell(step: Step, done: float, number: int = number) -> None:
            teller.tell(step, (number + done) / len(sizes))

        yield decode(_read(source, size_bytes), tell)


def _read(source: IO[bytes], size_bytes: int) -> bytes:
    if size_bytes > MAX_UPLOAD_BYTES:
        raise FileTooLarge("too large", size_bytes=size_bytes, limit_bytes=MAX_UPLOAD_BYTES)
    data = source.read(size_bytes)
    if len(data) != size_bytes:
        raise NotAudio("the file ended early", reason="cut while it was read")
    return data


if __name__ == "__main__":
    main()
