"""A board's bootloader, as a host asks it: one method per request, each safe to ask twice."""

from functools import partial
from typing import Final, TypeVar

from drivers.bootloader.codec import HostDecoder, encode
from drivers.bootloader.packets import (
    Activate,
    Answer,
    Begin,
    Block,
    Confirm,
    Done,
    Hello,
    Info,
    Message,
    Progress,
    Refusal,
    Refused,
    Request,
    Revert,
)
from drivers.errors import PeerRefused, PeerWireError
from drivers.exchange import Listen, ask
from drivers.ports import ByteLink

A = TypeVar("A", bound=Answer)

REPLY_TIMEOUT_S: Final = 2.0
"""A page of flash is erased and written within a tenth of a second; slow lines take the rest."""
JUDGE_TIMEOUT_S: Final = 20.0
"""Hashing four megabytes and checking a signature takes a small processor some seconds, and so
does erasing a slot."""


class BoardRefused(PeerRefused):
    """The bootloader said no; `refusal` says why."""

    def __init__(self, device: str, refusal: Refusal) -> None:
        super().__init__(device, refusal.word)
        self.refusal = refusal


class Bootloader:
    """One board's bootloader on a line that it may share with other boards and dialects.

    Every method MAY raise any leaf of `DriverError`, and BoardRefused where the board says no.
    """

    def __init__(self, link: ByteLink, address: int = 0) -> None:
        self._link = link
        self._address = address
        self._device = f"the bootloader of address {address} on {link.name}"
        self._sequence = 0

    def hello(self) -> Info:
        """Ask who is there; changes nothing."""
        return self._ask(Hello(), Info)

    def begin(self, manifest: bytes) -> Progress:
        """Have an image received, or go on where receiving it broke off."""
        return self._ask(Begin(manifest), Progress, timeout_s=JUDGE_TIMEOUT_S)

    def write(self, index: int, data: bytes) -> Progress:
        """Write one block; the answer says which is wanted next."""
        return self._ask(Block(index, data), Progress)

    def activate(self, sha256: bytes) -> None:
        """Start the received image on trial; the board restarts after its answer."""
        self._ask(Activate(sha256), Done, timeout_s=JUDGE_TIMEOUT_S)

    def confirm(self, sha256: bytes) -> None:
        """Keep the image on trial."""
        self._ask(Confirm(sha256), Done)

    def revert(self, sha256: bytes) -> None:
        """End a trial; the board restarts with the image it ran before."""
        self._ask(Revert(sha256), Done)

    def close(self) -> None:
        """Give the link back. Never raises; may be called twice."""
        self._link.close()

    def _ask(self, request: Request, wanted: type[A], timeout_s: float | None = None) -> A:
        sequence = self._sequence = (self._sequence + 1) & 0xFFFF
        answer = ask(
            self._link,
            encode(Message(self._address, sequence, request)),
            partial(self._listener, sequence),
            device=self._device,
            timeout_s=REPLY_TIMEOUT_S if timeout_s is None else timeout_s,
        )
        if isinstance(answer, Refused):
            raise BoardRefused(self._device, answer.reason)
        if not isinstance(answer, wanted):
            raise PeerWireError("bootloader", f"answered {type(request).__name__} with {answer}")
        return answer

    def _listener(self, sequence: int) -> Listen[Answer]:
        """Hear only what answers this request: others speak on the line too."""
        decoder = HostDecoder()

        def listen(data: bytes) -> list[Answer]:
            return [
                one.packet
                for one in decoder.receive(data)
                if (one.address, one.sequence) == (self._address, sequence)
                and not isinstance(one.packet, Request)
            ]

        return listen
