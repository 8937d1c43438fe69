"""Pixels of SMALL DOTS pictures: one character each, rows from the top, columns from the left.

0 is dark, 1 red, 2 green, 3 amber; 4 to 8 are dimmer and mixed shades of the same two LEDs, which
a file allocated for three colours takes as their remainder by 4. A mono file knows dark and lit.
"""

from typing import Final

import numpy as np

from playlists.text.frame import Depth, Frame

RED: Final = 1
GREEN: Final = 2
COLOURS: Final = {Depth.MONO: "1000", Depth.TRICOLOUR: "2000"}
"""How a file is allocated for the colours of a board."""
_ZERO: Final = ord("0")
_BOTH: Final = RED | GREEN


def rows_of(frame: Frame) -> tuple[bytes, ...]:
    """Return the rows of a picture."""
    if frame.depth is Depth.MONO:
        codes = frame.to_bitmap().astype(np.uint8)
    else:
        lit = frame.to_colours() > 0
        codes = lit[..., 0] * np.uint8(RED) + lit[..., 1] * np.uint8(GREEN)
    return tuple(row.tobytes() for row in codes + np.uint8(_ZERO))


def frame_of(rows: tuple[bytes, ...], depth: Depth) -> Frame:
    """Return what rows show on a board; all of one length, at least one."""
    codes = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1) - _ZERO
    if depth is Depth.MONO:
        return Frame.from_bitmap(codes > 0)
    lit = codes % (_BOTH + 1)
    colours = np.stack([lit & RED, lit & GREEN, np.zeros_like(lit)], axis=2)
    return Frame.from_colours((colours > 0) * np.uint8(255), depth)
