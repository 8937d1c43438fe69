"""A board that only remembers: for rehearsals, and wherever a real one would be in the way."""

from datetime import datetime

from drivers.ports import Capabilities, Percent, Status
from playlists.text.frame import Frame, Geometry
from playlists.text.scene import Motion, Page, still


class RecordingBoard:
    """Keeps every page it was given. A `Board`."""

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry
        self.pages: list[Page] = []
        self.level: Percent | None = None
        self.clock: datetime | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Everything a page can be."""
        return Capabilities(
            geometry=self._geometry,
            motions=frozenset(Motion),
            max_strip_px=self._geometry.width_px * 100,
            frame_interval_ms=40,
            refresh_ms=None,
            acknowledges=True,
            brightness=True,
            clock=True,
        )

    def show(self, page: Page) -> None:
        """Remember the page."""
        self.pages.append(page)

    def blank(self) -> None:
        """Remember an empty page."""
        self.pages.append(still(Frame.blank(self._geometry)))

    def set_brightness(self, level: Percent) -> None:
        """Remember the level."""
        self.level = level

    def set_clock(self, local: datetime) -> None:
        """Remember the clock."""
        self.clock = local

    def status(self) -> Status:
        """Return that all is well."""
        return Status(ok=True, showing=str(len(self.pages)))

    def close(self) -> None:
        """Do nothing."""
