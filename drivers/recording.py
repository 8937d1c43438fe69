"""A board that only remembers: for rehearsals, and wherever a real one would be in the way."""

from datetime import datetime

from drivers.checks import check_frame, check_page
from drivers.ports import Board, Capabilities, Percent, Route, Status
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Motion, Page


class RecordingBoard(Board):
    """Keeps every picture and every moving page it was given."""

    def __init__(self, geometry: Geometry, depth: Depth = Depth.MONO) -> None:
        self._geometry = geometry
        self._depth = depth
        self.shown: list[Frame | Page] = []
        self.level: Percent | None = None
        self.clock: datetime | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Every motion there is."""
        return Capabilities(
            geometry=self._geometry,
            depth=self._depth,
            route=Route.FRAME,
            motions=frozenset(Motion) - {Motion.HOLD},
            max_strip_px=self._geometry.width_px * 100,
            frame_interval_ms=40,
            acknowledges=True,
            brightness=True,
            clock=True,
        )

    def show(self, frame: Frame, *, emergency: bool = False) -> None:  # noqa: ARG002 -- no such path
        """Remember the picture."""
        check_frame(frame, self.capabilities)
        self.shown.append(frame)

    def scroll(self, page: Page) -> None:
        """Remember the page."""
        check_page(page, self.capabilities)
        self.shown.append(page)

    def blank(self) -> None:
        """Remember a dark picture."""
        self.shown.append(Frame.blank(self._geometry, self._depth))

    def set_brightness(self, level: Percent) -> None:
        """Remember the level."""
        self.level = level

    def set_clock(self, local: datetime) -> None:
        """Remember the clock."""
        self.clock = local

    def status(self) -> Status:
        """Return that all is well."""
        return Status(ok=True, showing=str(len(self.shown)))

    def close(self) -> None:
        """Do nothing."""
