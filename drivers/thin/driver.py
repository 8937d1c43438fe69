"""Driving a thin board: every frame goes out whole, again and again, over a port that is given."""

import time
from collections.abc import Callable
from datetime import datetime

from drivers.errors import Unsupported
from drivers.ports import Capabilities, Percent, PublishFrame, Status
from drivers.thin.wire import FrameMessage, encode
from playlists.text.frame import Frame, Geometry
from playlists.text.scene import Motion, Page, still


class ThinBoard:
    """One panel. A `Board` that cannot answer: what it shows is known by what it was sent."""

    def __init__(
        self,
        publish: PublishFrame,
        geometry: Geometry,
        first_sequence: Callable[[], int] = time.time_ns,
    ) -> None:
        self._publish = publish
        self._geometry = geometry
        # From the wall clock, so that a restarted gateway is not taken for a replay.
        self._sequence = first_sequence()

    @property
    def capabilities(self) -> Capabilities:
        """What a panel can do: stand still, as long as somebody keeps telling it to."""
        return Capabilities(
            geometry=self._geometry,
            motions=frozenset({Motion.HOLD}),
            max_strip_px=self._geometry.width_px,
            frame_interval_ms=40,
            refresh_ms=2_000,
            acknowledges=False,
            brightness=False,
            clock=False,
        )

    def show(self, page: Page) -> None:
        """Publish the frame; a panel takes it whole or not at all."""
        if page.motion is not Motion.HOLD:
            raise Unsupported("a thin board shows frames; motion is played by its gateway")
        self._sequence += 1
        self._publish(encode(FrameMessage(self._sequence, page.strip)))

    def blank(self) -> None:
        """Darken every LED."""
        self.show(still(Frame.blank(self._geometry)))

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
