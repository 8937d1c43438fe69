"""The cage: one process for each order, with limits on time and memory, and no way out.

A hostile file can make its own process slow, large or dead; it cannot make the controller so.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from controller.sound import letters
from playlists.audio.decode import MAX_UPLOAD_BYTES
from playlists.audio.recipe import Recipe
from playlists.audio.refusals import FileTooLarge, TooCostly
from playlists.audio.sound import Sound
from playlists.audio.survey import Survey

Blob = bytes | Path
"""A file's bytes, or where they are."""

AT_A_TIME: Final = 2
"""As many orders run side by side; the next waits: each may take all the memory it is allowed."""
_COMMAND: Final = (sys.executable, "-P", "-m", "controller.sound.caged")
_INHERITED: Final = ("PYTHONPATH", "PYTHONHOME", "LANG")
_CHUNK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one order may take."""

    memory_bytes: int
    cpu_s: int
    wall_s: float


SURVEY: Final = Limits(memory_bytes=1 << 30, cpu_s=180, wall_s=300)
"""An hour of MP3 takes about 10 s and the file's own bytes beside 300 MB of libraries."""
RENDER: Final = Limits(memory_bytes=4 << 30, cpu_s=900, wall_s=1_500)
"""An hour is 0.35 GB of samples, held up to four times; encoding is what takes long."""


@dataclass(frozen=True)
class Cage:
    """Decodes and renders what strangers sent."""

    survey_limits: Limits = SURVEY
    render_limits: Limits = RENDER
    _free: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(AT_A_TIME)
    )

    def survey(self, data: bytes) -> Survey:
        """Decode a file to its end and say what was heard.

        Raises NotAudio, SoundTooLong, FileTooLarge or TooCostly, whatever the bytes are.
        """
        return letters.survey(self._run({"job": "survey"}, [data], self.survey_limits))

    def render(self, recipe: Recipe, sources: Sequence[Blob]) -> Sound:
        """Make one sound; the sources are files in the recipe's order. Raises as `survey`."""
        order = {"job": "render", "recipe": recipe.to_json()}
        return letters.sound(self._run(order, sources, self.render_limits))

    def _run(self, order: Mapping[str, Any], blobs: Sequence[Blob], limits: Limits) -> bytes:
        sizes = [len(one) if isinstance(one, bytes) else one.stat().st_size for one in blobs]
        if (largest := max(sizes)) > MAX_UPLOAD_BYTES:
            raise FileTooLarge("too large", size_bytes=largest, limit_bytes=MAX_UPLOAD_BYTES)
        told = {"memory_bytes": limits.memory_bytes, "cpu_s": limits.cpu_s, "sizes": sizes}
        with self._free, _started() as child, _watched(child, limits.wall_s) as late:
            _send(child.stdin, letters.letter({**order, **told}), blobs)
            answer = _stream(child.stdout).read(letters.MAX_ANSWER_BYTES + 1)
            if len(answer) > letters.MAX_ANSWER_BYTES:
                raise TooCostly("it talks without end", reason="crash")
            ended = child.wait()
        if late.is_set() or ended == -signal.SIGXCPU:
            raise TooCostly("it took too long", reason="time")
        if ended:
            raise TooCostly(f"the decoder ended with {ended}", reason="memory or crash")
        return answer


@contextmanager
def _started() -> Iterator[subprocess.Popen[bytes]]:
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    child = subprocess.Popen(  # noqa: S603 -- our own program, our own arguments
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        # pydub reads the path when it is imported; threads of numpy's algebra would only
        # reserve memory.
        env={**environment, "PATH": os.defpath, "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            _close(_stream(stream))


@contextmanager
def _watched(child: subprocess.Popen[bytes], wall_s: float) -> Iterator[threading.Event]:
    """Kill the child when its time is over, and say so."""
    late = threading.Event()

    def end() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(wall_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _send(stream: IO[bytes] | None, head: bytes, blobs: Sequence[Blob]) -> None:
    """Write the order; a child that refuses early has closed its end, and its answer says why."""
    out = _stream(stream)
    try:
        out.write(head)
        for blob in blobs:
            for chunk in _chunks(blob):
                out.write(chunk)
        out.close()
    except BrokenPipeError:
        return


def _chunks(blob: Blob) -> Iterator[bytes]:
    if isinstance(blob, bytes):
        yield blob
        return
    with blob.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise AssertionError("every stream of a caged process is a pipe")
    return stream


def _close(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        return
