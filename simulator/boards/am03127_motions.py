"""How pictures come to an AM03127's LEDs and go, step by step.

The document names the effects and describes each in a few words; how it looks step by step stands
in for what it does not say. A picture wider than the sign is read to its end by the scrolls to
the left and right; the other effects show its beginning.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from drivers.am03127.packets import Lag, Lead
from playlists.text.frame import Bitmap, Geometry
from simulator.boards import am03127_letters as letters
from simulator.boards.am03127_letters import Leds

BLOCK_PX: Final = 8
"""What the lead BLOCK_MOVE moves one by one."""
Corner = tuple[int, int]
"""Where in a picture the sign's left upper corner lies: columns, rows."""
PENS: Final = {
    Lead.PEN_HELLO_WORLD: "Hello World",
    Lead.PEN_WELCOME: "Welcome",
    Lead.PEN_AMPLUS: "Amplus",
}
"""These write their own words and ignore the page's (seen on a sign of revision 1.4A)."""


@dataclass(frozen=True)
class Coming:
    """A picture that comes: after `steps` steps it stands."""

    picture: Leds
    size: Geometry
    lead: Lead
    kept: Leds
    """What the sign showed before: lead HOLD keeps it."""

    @property
    def steps(self) -> int:
        """Steps until it stands; scrolls move a column or a row each."""
        if self.lead in _STARTS:
            return _distance(self._start, self._rest)
        return _mask_steps(self.lead, self.size)

    def at(self, step: int) -> Leds:
        """Return the LEDs after so many steps."""
        if self.lead in _STARTS:
            return window(self.picture, _between(self._start, self._rest, step), self.size)
        if step >= self.steps:
            return self.standing
        if self.lead in _DRAWN:
            return _DRAWN[self.lead](self.standing, step)
        return _masked(self.standing, _MASKS[self.lead](self.size, step))

    @property
    def standing(self) -> Leds:
        """The LEDs once it stands."""
        if self.lead is Lead.HOLD:
            return self.kept
        if self.lead in PENS:
            return window(letters.write(PENS[self.lead]), (0, 0), self.size)
        return window(self.picture, self._rest, self.size)

    @property
    def _start(self) -> Corner:
        return _STARTS[self.lead](self.picture.shape[1], self.size)

    @property
    def _rest(self) -> Corner:
        reads_on = self.lead is Lead.SCROLL_LEFT
        return (max(0, self.picture.shape[1] - self.size.width_px), 0) if reads_on else (0, 0)

    def going(self, lag: Lag) -> "Going":
        """Return how it goes again."""
        if self.lead in PENS or self.lead is Lead.HOLD:
            return Going(self.standing, (0, 0), self.size, lag)
        return Going(self.picture, self._rest, self.size, lag)


@dataclass(frozen=True)
class Going:
    """A picture that goes: after `steps` steps the sign is dark, or still shows it with HOLD."""

    picture: Leds
    rest: Corner
    size: Geometry
    lag: Lag

    @property
    def steps(self) -> int:
        """Steps until it is gone."""
        if self._lead in _ENDS:
            return _distance(self.rest, self._end)
        return _mask_steps(self._lead, self.size)

    def at(self, step: int) -> Leds:
        """Return the LEDs after so many steps."""
        if self._lead in _ENDS:
            return window(self.picture, _between(self.rest, self._end, step), self.size)
        standing = window(self.picture, self.rest, self.size)
        if self.lag is Lag.HOLD:
            return standing
        if step >= self.steps:
            return np.zeros_like(standing)
        return _masked(standing, ~_MASKS[self._lead](self.size, step))

    @property
    def _lead(self) -> Lead:
        return Lead(self.lag.value)

    @property
    def _end(self) -> Corner:
        return _ENDS[self._lead](self.picture.shape[1], self.size)


def window(picture: Leds, corner: Corner, size: Geometry) -> Leds:
    """Return what lies under a window of the sign's size; outside the picture it is dark."""
    left_px, top_px = corner
    seen = np.zeros((size.height_px, size.width_px, 2), np.bool_)
    from_x, from_y = max(left_px, 0), max(top_px, 0)
    cut = picture[
        from_y : max(from_y, top_px + size.height_px),
        from_x : max(from_x, left_px + size.width_px),
    ]
    to_y, to_x = from_y - top_px, from_x - left_px
    seen[to_y : to_y + cut.shape[0], to_x : to_x + cut.shape[1]] = cut
    return seen


def _distance(start: Corner, end: Corner) -> int:
    return abs(start[0] - end[0]) + abs(start[1] - end[1])


def _between(start: Corner, end: Corner, step: int) -> Corner:
    """Return the corner so many steps after the start; all ways are straight."""
    x_px, y_px = start
    x_px += int(np.clip(end[0] - x_px, -step, step))
    y_px += int(np.clip(end[1] - y_px, -step, step))
    return x_px, y_px


def _mask_steps(lead: Lead, size: Geometry) -> int:
    steps = _MASK_STEPS.get(lead)
    return 0 if steps is None else steps(size)


def _masked(leds: Leds, mask: Bitmap) -> Leds:
    return np.asarray(leds & mask[..., None], np.bool_)


_STARTS: Final[dict[Lead, Callable[[int, Geometry], Corner]]] = {
    Lead.SCROLL_LEFT: lambda _width_px, size: (-size.width_px, 0),
    Lead.SCROLL_RIGHT: lambda width_px, size: (max(width_px, size.width_px), 0),
    Lead.SCROLL_UP: lambda _width_px, size: (0, -size.height_px),
    Lead.SCROLL_DOWN: lambda _width_px, size: (0, size.height_px),
}
_ENDS: Final[dict[Lead, Callable[[int, Geometry], Corner]]] = {
    Lead.SCROLL_LEFT: lambda width_px, size: (max(width_px, size.width_px), 0),
    Lead.SCROLL_RIGHT: lambda _width_px, size: (-size.width_px, 0),
    Lead.SCROLL_UP: lambda _width_px, size: (0, size.height_px),
    Lead.SCROLL_DOWN: lambda _width_px, size: (0, -size.height_px),
}


def _rows(size: Geometry) -> Bitmap:
    return np.broadcast_to(np.arange(size.height_px)[:, None], (size.height_px, size.width_px))


def _columns(size: Geometry) -> Bitmap:
    return np.broadcast_to(np.arange(size.width_px), (size.height_px, size.width_px))


def _xopen(size: Geometry, step: int) -> Bitmap:
    from_middle_px = np.abs(2 * _columns(size) + 1 - size.width_px)
    from_centre_px = np.abs(2 * _rows(size) + 1 - size.height_px)
    rows_px = step * size.height_px // size.width_px
    return np.asarray((from_middle_px < 2 * step) & (from_centre_px <= 2 * rows_px + 1), np.bool_)


def _vopen(size: Geometry, step: int) -> Bitmap:
    return np.asarray(np.abs(2 * _rows(size) + 1 - size.height_px) < 2 * step, np.bool_)


def _vclose(size: Geometry, step: int) -> Bitmap:
    rows = _rows(size)
    return np.asarray((rows < step) | (rows >= size.height_px - step), np.bool_)


def _random(size: Geometry, step: int) -> Bitmap:
    count = size.height_px * size.width_px
    order = np.random.default_rng(count).permutation(count).reshape(size.height_px, -1)
    return np.asarray(order < count * step // size.width_px, np.bool_)


def _twinkle(size: Geometry, step: int) -> Bitmap:
    return np.asarray(_rows(size) + _columns(size) != step, np.bool_)


_MASKS: Final[dict[Lead, Callable[[Geometry, int], Bitmap]]] = {
    Lead.XOPEN: _xopen,
    Lead.CURTAIN_UP: lambda size, step: np.asarray(_rows(size) >= size.height_px - step, np.bool_),
    Lead.CURTAIN_DOWN: lambda size, step: np.asarray(_rows(size) < step, np.bool_),
    Lead.VOPEN: _vopen,
    Lead.VCLOSE: _vclose,
    Lead.RANDOM: _random,
    Lead.TWINKLE: _twinkle,
    **{lead: lambda size, step: np.asarray(_columns(size) < step, np.bool_) for lead in PENS},
}
"""Which LEDs of the standing picture are lit after so many steps; a lag shows the others."""
_MASK_STEPS: Final[dict[Lead, Callable[[Geometry], int]]] = {
    Lead.XOPEN: lambda size: -(-size.width_px // 2),
    Lead.CURTAIN_UP: lambda size: size.height_px,
    Lead.CURTAIN_DOWN: lambda size: size.height_px,
    Lead.VOPEN: lambda size: -(-size.height_px // 2),
    Lead.VCLOSE: lambda size: -(-size.height_px // 2),
    Lead.RANDOM: lambda size: size.width_px,
    Lead.TWINKLE: lambda size: size.width_px + size.height_px - 1,
    Lead.SNOW: lambda size: size.height_px * (size.height_px + 1) // 2,
    Lead.BLOCK_MOVE: lambda size: sum(range(size.width_px, 0, -BLOCK_PX)),
    **{lead: lambda size: size.width_px for lead in PENS},
}


def _snow(standing: Leds, step: int) -> Leds:
    """Let the lowest row fall from the top to its place; the others stack up on it."""
    leds = np.zeros_like(standing)
    for row in range(standing.shape[0] - 1, -1, -1):
        leds[min(step, row)] = standing[row]
        if step <= row:
            break
        step -= row + 1
    return leds


def _block_move(standing: Leds, step: int) -> Leds:
    """Let each block come from the right edge to its place, the leftmost first."""
    leds = np.zeros_like(standing)
    width_px = standing.shape[1]
    for place_px in range(0, width_px, BLOCK_PX):
        block = standing[:, place_px : place_px + BLOCK_PX]
        left_px = max(width_px - step, place_px)
        shown = block[:, : width_px - left_px]
        leds[:, left_px : left_px + shown.shape[1]] = shown
        if left_px > place_px:
            break
        step -= width_px - place_px
    return leds


_DRAWN: Final[dict[Lead, Callable[[Leds, int], Leds]]] = {
    Lead.SNOW: _snow,
    Lead.BLOCK_MOVE: _block_move,
}
