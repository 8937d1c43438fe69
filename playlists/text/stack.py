"""Stacks: rows of words one below the other, and the place of every piece in them."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from playlists.text.document import Align
from playlists.text.frame import Colour, Geometry
from playlists.text.lines import Row
from playlists.text.setting import Box, Run

_EMPTY_PX: Final = 1
"""An empty line above all others; below another it is as tall as that one."""


class Level(NamedTuple):
    """A row and where it stands; None = an empty line."""

    row: Row | None
    align: Align


class Stack:
    """Levels from the top down."""

    def __init__(self, levels: Sequence[Level]) -> None:
        self.levels = levels

    @property
    def height_px(self) -> int:
        """Rows of LEDs it needs, gaps between lines included."""
        *_, (_, bottom_px) = [(None, 0), *self._tops()]
        return bottom_px

    @property
    def width_px(self) -> int:
        """Columns the widest row needs."""
        return max((level.row.width_px for level in self.levels if level.row), default=0)

    def fits(self, geometry: Geometry) -> bool:
        """Say whether it stands on a board."""
        return self.width_px <= geometry.width_px and self.height_px <= geometry.height_px

    def placed(
        self, top_px: int, board_px: int, colour: Colour | None
    ) -> tuple[list[Run], list[Box]]:
        """Give every piece its place; `colour` is that of pieces without one of their own."""
        runs: list[Run] = []
        boxes: list[Box] = []
        for level, (at_px, _) in zip(self.levels, self._tops(), strict=True):
            row = level.row
            if row is not None:
                left_px = _left_px(board_px - row.width_px, level.align)
                for one in _placed(row, left_px, top_px + at_px, colour):
                    runs.append(one) if isinstance(one, Run) else boxes.append(one)
        return runs, boxes

    def _tops(self) -> Iterator[tuple[int, int]]:
        """Yield where each level begins and ends."""
        at_px, height_px, gap_px = 0, _EMPTY_PX, 0
        for level in self.levels:
            if level.row is not None:
                height_px, gap_px = level.row.height_px, level.row.gap_px
            yield at_px, at_px + height_px
            at_px += height_px + gap_px


def _left_px(room_px: int, align: Align) -> int:
    return {Align.LEFT: 0, Align.CENTER: room_px // 2, Align.RIGHT: room_px}[align]


def _placed(row: Row, left_px: int, top_px: int, usual: Colour | None) -> Iterator[Run | Box]:
    """Yield a row's pieces in their places; neighbours of one look are one run, spaces and all."""
    above_px = row.above_px
    begun: Run | None = None
    for number, word in enumerate(row.words):
        if number:
            space_px = row.words[number - 1][-1].font.advance_px(" ")
            left_px += space_px
            if begun is not None:
                width_px = begun.width_px + space_px
                begun = begun._replace(text=f"{begun.text} ", width_px=width_px)
        for piece in word:
            font, look = piece.font, piece.look
            place = (
                left_px,
                top_px + above_px - font.baseline,
                piece.width_px,
                usual if look.colour is None else look.colour,
                look.blink,
            )
            left_px += piece.width_px
            run = Run(piece.text, font, *place)
            if piece.field is None and begun is not None and begun.looks_like(run):
                begun = begun.joined(run)
                continue
            if begun is not None:
                yield begun
            begun = run if piece.field is None else None
            if piece.field is not None:
                yield Box(piece.field, font, *place)
    if begun is not None:
        yield begun
