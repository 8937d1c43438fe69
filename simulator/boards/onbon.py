"""Onbon cards from the inside: graphic cards that draw dynamic areas, and font cards.

What no document says is decided here so that a driver has it harder: a damaged frame is met with
silence, and an area to be deleted that is not there is refused.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from drivers.dialect import Site
from drivers.onbon import bitmap
from drivers.onbon.codec import SignDecoder, encode_answer
from drivers.onbon.packets import (
    ANYBODY,
    EVERYBODY,
    MAX_LEVEL,
    Ack,
    Answer,
    Answered,
    AskBrightness,
    BrightnessIs,
    Card,
    Command,
    Complaint,
    Damaged,
    DeleteAreas,
    Nack,
    PictureArea,
    Ping,
    Request,
    SetBrightness,
)
from playlists.text.frame import Frame
from simulator.boards.board import Fault, Sign

AREAS: Final = {Card.BX5: 4, Card.BX6: 32}


class OnbonSign(Sign):
    """What all Onbon cards have: an address, a brightness, and an answer to everything."""

    card: Card
    faults = frozenset({Fault.SILENT, Fault.NACK, Fault.FULL, Fault.WRONG_ADDRESS, Fault.POWER_CUT})

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:
        super().__init__(site)
        self.address = site.address
        self.level = MAX_LEVEL
        self._clock = clock
        self._decoder = SignDecoder(self.card)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the line and return what the card answers."""
        return b"".join(self._hear(message) for message in self._decoder.receive(data))

    def hang_up(self) -> None:
        """Forget half a message."""
        self._decoder = SignDecoder(self.card)

    def power_cut(self) -> None:
        """Lose half a message; what else, the cards know."""
        self._decoder = SignDecoder(self.card)

    def _hear(self, message: Request | Damaged) -> bytes:
        if isinstance(message, Damaged) or self.fault is Fault.WRONG_ADDRESS:
            return b""
        if message.address not in {self.address, ANYBODY, EVERYBODY}:
            return b""
        answer = Nack(Complaint.BUSY) if self.fault is Fault.NACK else self._do(message.command)
        if message.address == EVERYBODY or not message.wants_answer:
            return b""
        return encode_answer(Answered(message.address, answer), self.card)

    def _do(self, command: Command) -> Answer:
        match command:
            case Ping():
                return Ack()
            case SetBrightness(level):
                self.level = level
                return Ack()
            case _:
                return self._obey(command)

    @abstractmethod
    def _obey(self, command: Command) -> Answer:
        """Do what this kind of card can."""


class _GraphicSign(OnbonSign):
    """A graphic card: dynamic areas, no stored programs."""

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:
        super().__init__(site, clock)
        self._areas: dict[int, tuple[PictureArea, Frame]] = {}

    @property
    def areas(self) -> Mapping[int, PictureArea]:
        """The dynamic areas it holds, the newest last."""
        return MappingProxyType({number: area for number, (area, _) in self._areas.items()})

    def power_cut(self) -> None:
        """Lose every dynamic area; the brightness is kept."""
        super().power_cut()
        self._areas.clear()

    def frame(self) -> Frame:
        """Return what the LEDs show now: the newest area that plays alone, or all areas."""
        playing = list(self._areas.values())
        alone = [one for one in playing if one[0].alone][-1:]
        screen = np.zeros((self.geometry.height_px, self.geometry.width_px, 3), np.uint8)
        for area, picture in alone or playing:
            rows = slice(area.top_px, area.top_px + area.height_px)
            columns = slice(area.left_px, area.left_px + area.width_px)
            screen[rows, columns] = picture.to_colours()
        return Frame.from_colours(screen, self.depth)

    def _obey(self, command: Command) -> Answer:
        match command:
            case AskBrightness():
                return BrightnessIs(self.level)
            case PictureArea():
                return self._hold(command)
            case DeleteAreas(None):
                self._areas.clear()
            case DeleteAreas(numbers) if numbers is not None:
                known = [self._areas.pop(number, None) for number in numbers]
                if None in known:
                    return Nack(Complaint.SCREEN_PARAMETER)
            case _:
                return Nack(Complaint.NO_SUCH_COMMAND)
        return Ack()

    def _hold(self, area: PictureArea) -> Answer:
        if self.fault is Fault.FULL:
            return Nack(Complaint.MEMORY_FULL)
        fits = (
            area.number < AREAS[self.card]
            and 0 < area.width_px <= self.geometry.width_px - area.left_px
            and 0 < area.height_px <= self.geometry.height_px - area.top_px
        )
        if not fits:
            return Nack(Complaint.SCREEN_PARAMETER)
        try:
            picture = bitmap.unpack(area, self.card, self.depth)
        except ValueError:
            return Nack(Complaint.SCREEN_PARAMETER)
        self._areas.pop(area.number, None)
        self._areas[area.number] = area, picture
        return Ack()


class Bx5Sign(_GraphicSign):
    """A BX-5E."""

    card = Card.BX5


class Bx6Sign(_GraphicSign):
    """A BX-6E, or a BX-6Q where the site is RGB."""

    card = Card.BX6
