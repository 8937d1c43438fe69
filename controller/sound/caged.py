"""Inside the cage: reads one order from standard input, works, writes one answer, ends.

By the time a byte of a stranger's file is looked at, this process cannot open a file or a socket,
cannot write a file, and its memory and time are counted.
"""

import contextlib
import ctypes
import json
import resource
import signal
import sys
from collections.abc import Iterator
from typing import IO, Any, Final

from controller.sound import letters
from playlists.audio import render
from playlists.audio.chime import chime
from playlists.audio.decode import MAX_UPLOAD_BYTES, decode
from playlists.audio.levels import Levels, SoundKind
from playlists.audio.recipe import Recipe, single
from playlists.audio.refusals import FileTooLarge, NotAudio, TooCostly
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.audio.survey import survey
from playlists.errors import ContentRefused

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_WARM_UP: Final = SAMPLE_RATE_HZ // 2
_OPEN_FILES: Final = 3
"""Standard input, output and error: nothing more can be opened."""


def main() -> None:
    """Serve one order."""
    source, out = sys.stdin.buffer, sys.stdout.buffer
    order = json.loads(source.readline(letters.MAX_LINE_BYTES))
    _warm_up()
    _lock(order["memory_bytes"], order["cpu_s"])
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


def _lock(memory_bytes: int, cpu_s: int) -> None:
    system = ctypes.CDLL(None)
    system.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    system.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(limit, (value, value))
    # The soft limit sends a signal that tells why; the hard one kills a second later.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))


def _served(order: dict[str, Any], source: IO[bytes]) -> bytes:
    sizes = order["sizes"]
    if order["job"] == "survey":
        return letters.of_survey(survey(_read(source, sizes[0])))
    recipe = Recipe.from_json(order["recipe"])
    return letters.of_sound(render.render(recipe, _decoded(source, sizes)))


def _decoded(source: IO[bytes], sizes: list[int]) -> Iterator[Samples]:
    """Decode one file after the other; each is let go of before the next is read."""
    for size_bytes in sizes:
        yield decode(_read(source, size_bytes))


def _read(source: IO[bytes], size_bytes: int) -> bytes:
    if size_bytes > MAX_UPLOAD_BYTES:
        raise FileTooLarge("too large", size_bytes=size_bytes, limit_bytes=MAX_UPLOAD_BYTES)
    data = source.read(size_bytes)
    if len(data) != size_bytes:
        raise NotAudio("the file ended early", reason="cut while it was read")
    return data


if __name__ == "__main__":
    main()
