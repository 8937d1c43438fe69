"""The cage: strangers' sounds are decoded and rendered in a locked process, one for each order.

A hostile file can make its own process slow, large or dead; it cannot make the controller so.
"""

import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from controller import locked
from controller.locked import Cause, Limits, ProgramFailed
from controller.sound import letters
from playlists.audio.decode import MAX_UPLOAD_BYTES
from playlists.audio.progress import Step, Tell, untold
from playlists.audio.recipe import Recipe
from playlists.audio.refusals import FileTooLarge, TooCostly
from playlists.audio.sound import Sound
from playlists.audio.survey import Survey

Blob = bytes | Path
"""A file's bytes, or where they are."""

AT_A_TIME: Final = 2
"""As many orders run side by side; the next waits: each may take all the memory it is allowed."""
_COMMAND: Final = (sys.executable, "-P", "-m", "controller.sound.caged")
_CHUNK_BYTES: Final = 1 << 20

SURVEY: Final = Limits(
    memory_bytes=1 << 30, cpu_s=180, wall_s=300, output_bytes=letters.MAX_LINE_BYTES
)
"""An hour of MP3 takes about 10 s and the file's own bytes beside 300 MB of libraries."""
RENDER: Final = Limits(
    memory_bytes=4 << 30, cpu_s=900, wall_s=1_500, output_bytes=letters.MAX_ANSWER_BYTES
)
"""An hour is 0.35 GB of samples, held up to four times; encoding is what takes long."""


@dataclass(frozen=True)
class Cage:
    """Decodes and renders what strangers sent."""

    survey_limits: Limits = SURVEY
    render_limits: Limits = RENDER
    _free: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(AT_A_TIME)
    )

    def survey(self, data: bytes, tell: Tell = untold) -> Survey:
        """Decode a file to its end and say what was heard.

        Raises NotAudio, SoundTooLong, FileTooLarge or TooCostly, whatever the bytes are.
        """
        return letters.survey(self._run({"job": "survey"}, [data], self.survey_limits, tell))

    def render(self, recipe: Recipe, sources: Sequence[Blob], tell: Tell = untold) -> Sound:
        """Make one sound; the sources are files in the recipe's order. Raises as `survey`."""
        order = {"job": "render", "recipe": recipe.to_json()}
        return letters.sound(self._run(order, sources, self.render_limits, tell))

    def _run(
        self, order: Mapping[str, Any], blobs: Sequence[Blob], limits: Limits, tell: Tell
    ) -> bytes:
        sizes = [len(one) if isinstance(one, bytes) else one.stat().st_size for one in blobs]
        if (largest := max(sizes)) > MAX_UPLOAD_BYTES:
            raise FileTooLarge("too large", size_bytes=largest, limit_bytes=MAX_UPLOAD_BYTES)

        def hear(line: bytes) -> None:
            if (progress := letters.progress(line)) is not None:
                tell(*progress)

        given = _sent(letters.letter({**order, "sizes": sizes}), blobs)
        with self._turn(tell):
            try:
                return locked.run(_COMMAND, given, limits, hear)
            except ProgramFailed as exc:
                told = "time" if exc.cause is Cause.TIME else "memory or crash"
                raise TooCostly(exc.reason, reason=told) from exc

    @contextmanager
    def _turn(self, tell: Tell) -> Iterator[None]:
        """Wait for a turn, and say that one waits."""
        if not self._free.acquire(blocking=False):
            tell(Step.WAIT, 0.0)
            self._free.acquire()
        try:
            yield
        finally:
            self._free.release()


def _sent(head: bytes, blobs: Sequence[Blob]) -> Iterator[bytes]:
    """Yield an order as it is sent: its head, then the files one after the other."""
    yield head
    for blob in blobs:
        if isinstance(blob, bytes):
            yield blob
            continue
        with blob.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk
