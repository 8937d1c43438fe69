"""The one program we keep on a card: an area as large as the board with one picture in it.

Its guid never changes, so an update puts a new picture into it by one order.
"""

from typing import Final

from drivers.huidu.documents import Node, node
from playlists.text.frame import Geometry

GUID: Final = "{5d0a3c52-8f4e-4c1b-9a57-51676e636173}"
"""Which program on the card is ours; chosen once."""
_AREA: Final = "{5d0a3c52-8f4e-4c1b-9a57-51676e636174}"
_IMAGE: Final = "{5d0a3c52-8f4e-4c1b-9a57-51676e636175}"
_AT_ONCE: Final = 0
_SLOWEST: Final = 600
"""A minute, in tenths of seconds: how long the picture stands before the card shows it again."""


def program_with(name: str, geometry: Geometry) -> Node:
    """Return the program that shows a picture file."""
    effect = node(
        "effect",
        **{"in": _AT_ONCE, "inSpeed": 0, "out": _AT_ONCE, "outSpeed": 0, "duration": _SLOWEST},
    )
    picture = node("image", effect, node("file", name=name), guid=_IMAGE, name="", fit="stretch")
    place = node("rectangle", x=0, y=0, width=geometry.width_px, height=geometry.height_px)
    area = node("area", place, node("resources", picture), guid=_AREA, name="", alpha=255)
    control = node("playControl", count=1, disabled="false")
    return node("program", control, area, type="normal", id=0, guid=GUID, name="signcast")


def screen_with(program: Node) -> Node:
    """Return what AddProgram takes."""
    return node("screen", program, timeStamps=0)
