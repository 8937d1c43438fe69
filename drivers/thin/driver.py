"""Driving a thin board: every frame goes out whole, again and again, over a port that is given."""

import time
from collections.abc import Callable
from typing import Final

from drivers.checks import check_frame
from drivers.errors import Unsupported
from drivers.ports import Board, Capabilities, PublishFrame, Route, Status
from drivers.thin.wire import MAX_FRAME_BYTES, FrameMessage, encode, message_bytes
from playlists.text.frame import Depth, Frame, Geometry

REFRESH_MS: Final = 2_000
FIRST_REFRESH_MS: Final = 250
"""At first nobody knows whether the panel listens yet: gateway and panel often start together."""
FIRST_FRAMES: Final = 8


class ThinBoard(Board):
    """One panel, which cannot answer: what it shows is known by what it was sent."""

    def __init__(
        self,
        publish: PublishFrame,
        geometry: Geometry,
        depth: Depth = Depth.MONO,
        first_sequence: Callable[[], int] = time.time_ns,
    ) -> None:
        if message_bytes(geometry, depth) > MAX_FRAME_BYTES:
            raise Unsupported(f"a {depth.word} picture of {geometry} is too large for one message")
        self._publish = publish
        self._geometry = geometry
        self._depth = depth
        # From the wall clock, so that a restarted gateway is not taken for a replay.
        self._sequence = first_sequence()
        self._sent = 0

    @property
    def capabilities(self) -> Capabilities:
        """What a panel can do: stand still, as long as somebody keeps telling it to."""
        return Capabilities(
            geometry=self._geometry,
            depth=self._depth,
            route=Route.FRAME,
            frame_interval_ms=40,
            refresh_ms=FIRST_REFRESH_MS if self._sent < FIRST_FRAMES else REFRESH_MS,
        )

    def show(self, frame: Frame, *, emergency: bool = False) -> None:  # noqa: ARG002 -- no such path
        """Publish the frame; a panel takes it whole or not at all."""
        check_frame(frame, self.capabilities)
        self._sequence += 1
        self._sent += 1
        self._publish(encode(FrameMessage(self._sequence, frame)))

    def status(self) -> Status:
        """Return that nothing is known to be wrong."""
        return Status(ok=True)

    def close(self) -> None:
        """Do nothing: the port belongs to whoever gave it."""
