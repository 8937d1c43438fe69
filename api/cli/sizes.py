"""Sizes of boards as people write them."""

import re
from typing import Final

from playlists.text.frame import Geometry

_SIZE: Final = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})")
WRITTEN: Final = "write it as WIDTHxHEIGHT in LEDs, such as 192x32"


def read_size(text: str) -> Geometry | None:
    """Return the size of `192x32`; None when it is none. BadBytes for one that is too large."""
    match = _SIZE.fullmatch(text)
    return None if match is None else Geometry(int(match[1]), int(match[2]))
