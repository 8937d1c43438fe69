"""Driving a thin board: every frame goes out whole, again and again, over a port that is given."""

import time
from collections.abc import Callable
from datetime import datetime

from drivers.checks import check_frame
from drivers.errors import Unsupported
from drivers.ports import Capabilities, Percent, PublishFrame, Status
from drivers.thin.wire import MAX_FRAME_BYTES, FrameMessage, encode, message_bytes
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Page


class ThinBoard:
    """One panel. A `Board` that cannot answer: what it shows is known by what it was sent."""

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

    @property
    def capabilities(self) -> Capabilities:
        """What a panel can do: stand still, as long as somebody keeps telling it to."""
        return Capabilities(
            geometry=self._geometry,
            depth=self._depth,
            motions=frozenset(),
            max_strip_px=0,
            frame_interval_ms=40,
            refresh_ms=2_000,
            acknowledges=False,
            brightness=False,
            clock=False,
        )

    def show(self, frame: Frame) -> None:
        """Publish the frame; a panel takes it whole or not at all."""
        check_frame(frame, self.capabilities)
        self._sequence += 1
        self._publish(encode(FrameMessage(self._sequence, frame)))

    def scroll(self, page: Page) -> None:
        """Raise Unsupported: not declared."""
        raise Unsupported(
            f"{page.motion.name}: a thin board shows frames, its gateway plays motion"
        )

    def blank(self) -> None:
        """Darken every LED."""
        self.show(Frame.blank(self._geometry, self._depth))

    def set_brightness(self, level: Percent) -> None:
        """Raise Unsupported: not declared."""
        raise Unsupported(f"brightness {level}: a thin board has one")

    def set_clock(self, local: datetime) -> None:
        """Raise Unsupported: not declared."""
        raise Unsupported(f"clock {local}: a thin board has none")

    def status(self) -> Status:
        """Return that nothing is known to be wrong."""
        return Status(ok=True)

    def close(self) -> None:
        """Do nothing: the port belongs to whoever gave it."""
