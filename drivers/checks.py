"""What every driver refuses alike, from what it declares."""

from drivers.errors import Unsupported
from drivers.ports import Capabilities
from playlists.text.frame import Frame
from playlists.text.scene import Page


def check_frame(frame: Frame, able: Capabilities) -> None:
    """Raise Unsupported for a picture of another size or depth than the board's."""
    if (frame.geometry, frame.depth) != (able.geometry, able.depth):
        raise Unsupported(
            f"a {frame.depth.word} picture of {frame.geometry} on a {able.depth.word} board of "
            f"{able.geometry}"
        )


def check_page(page: Page, able: Capabilities) -> None:
    """Raise Unsupported for a page that the board does not move by itself."""
    strip = page.strip
    if page.motion not in able.motions:
        raise Unsupported(f"the motion {page.motion.name}")
    if not page.is_plain:
        raise Unsupported("a moving page that blinks or has live fields")
    if strip.width_px > able.max_strip_px:
        raise Unsupported(f"a strip of {strip.width_px} columns, at most {able.max_strip_px}")
