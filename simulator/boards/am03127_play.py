"""One page of an AM03127 in time: its lines come, stand, and go.

An upper-case lead on line 1 moves the whole image; a lower-case one lets each line come by itself,
one by one from top to bottom (4.2.2.3), and with a lower-case lag, go so too. Speeds are not in
the document, only their order.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final

import numpy as np

from drivers.am03127.packets import LINE_HEIGHT_PX, Lag, PageLine, Speed, Style
from playlists.text.frame import Geometry
from simulator.boards.am03127_letters import Leds
from simulator.boards.am03127_motions import Coming, Going, window

SPEEDS_PX_S: Final = {Speed.FASTEST: 80, Speed.FAST: 40, Speed.SLOW: 20, Speed.SLOWEST: 10}
"""How many columns or rows a picture moves in a second."""
BLINK_PERIOD_MS: Final = 1_000
"""What blinks while it stands is lit in the first half of it; the document names no rate."""


class Play:
    """One page, from the moment it begins."""

    def __init__(
        self,
        lines: Mapping[int, PageLine],
        draw: Callable[[PageLine], Leds],
        size: Geometry,
        kept: Leds,
    ) -> None:
        self._size = size
        self._kept = kept
        top_down = [lines[number] for number in sorted(lines)]
        self._drawn = {line.line: draw(line) for line in top_down}
        self._leader = top_down[0]
        self._lines = top_down if self._leader.lead_apart else [self._leader]
        self._whole = _stacked([(line, self._drawn[line.line]) for line in top_down], size)

    @property
    def whole(self) -> Leds:
        """The whole image, as tall as the sign and as wide as its longest line."""
        return self._whole

    @cached_property
    def duration_ms(self) -> int:
        """The time until the page is over."""
        coming_ms = sum(self._coming_ms(line) for line in self._lines)
        going_ms = sum(self._going_ms(line) for line in self._leaving)
        return coming_ms + self._wait_ms + going_ms

    @property
    def is_kept(self) -> bool:
        """Say whether it stays on the LEDs when it is over."""
        return self._leader.lag is Lag.HOLD

    @property
    def standing(self) -> Leds:
        """The LEDs while it stands."""
        return self._joined([coming.standing for coming in map(self._coming, self._lines)])

    def at(self, at_ms: int) -> Leds:
        """Return the LEDs so long after it began."""
        shown = []
        for line in self._lines:
            shown.append(self._coming(line).at(_steps(line, at_ms)))
            if at_ms < self._coming_ms(line):
                return self._joined(shown)
            at_ms -= self._coming_ms(line)
        if at_ms < self._wait_ms:
            is_lit = at_ms % BLINK_PERIOD_MS < BLINK_PERIOD_MS // 2
            for number, line in enumerate(self._lines):
                if line.method.style is Style.BLINKING and not is_lit:
                    shown[number] = np.zeros_like(shown[number])
            return self._joined(shown)
        return self._leaving_at(at_ms - self._wait_ms)

    def _leaving_at(self, at_ms: int) -> Leds:
        shown = []
        for line in self._leaving:
            shown.append(self._going(line).at(_steps(line, max(at_ms, 0))))
            at_ms -= self._going_ms(line)
        return self._joined(shown)

    @property
    def _wait_ms(self) -> int:
        return int(self._leader.wait_s * 1000)

    @property
    def _apart(self) -> bool:
        return len(self._lines) > 1

    @property
    def _leaving(self) -> list[PageLine]:
        return self._lines if self._leader.lag_apart else [self._leader]

    def _coming(self, line: PageLine) -> Coming:
        if not self._apart:
            return Coming(self._whole, self._size, line.lead, self._kept)
        picture = self._drawn[line.line]
        size = Geometry(self._size.width_px, picture.shape[0])
        kept = window(self._kept, (0, _top_px(line)), size)
        return Coming(picture, size, line.lead, kept)

    def _going(self, line: PageLine) -> Going:
        if self._leader.lag_apart or not self._apart:
            return self._coming(line).going(line.lag)
        return Going(self.standing, (0, 0), self._size, line.lag)

    def _coming_ms(self, line: PageLine) -> int:
        return _duration_ms(line, self._coming(line).steps)

    def _going_ms(self, line: PageLine) -> int:
        return _duration_ms(line, self._going(line).steps)

    def _joined(self, shown: list[Leds]) -> Leds:
        """Return the LEDs of the whole sign from those of the whole image, or of its lines."""
        if len(shown) == 1 and shown[0].shape[0] == self._size.height_px:
            return shown[0]
        return _stacked(list(zip(self._lines, shown, strict=False)), self._size)


def _stacked(lines: list[tuple[PageLine, Leds]], size: Geometry) -> Leds:
    """Return lines in their places; large letters reach into the line below."""
    width_px = max(size.width_px, *(leds.shape[1] for _, leds in lines))
    whole = np.zeros((size.height_px, width_px, 2), np.bool_)
    for line, leds in lines:
        place = whole[_top_px(line) : _top_px(line) + leds.shape[0], : leds.shape[1]]
        place |= leds[: place.shape[0]]
    return whole


def _top_px(line: PageLine) -> int:
    return (line.line - 1) * LINE_HEIGHT_PX


def _steps(line: PageLine, at_ms: int) -> int:
    return at_ms * SPEEDS_PX_S[line.method.speed] // 1000


def _duration_ms(line: PageLine, steps: int) -> int:
    return -(-steps * 1000 // SPEEDS_PX_S[line.method.speed])
