"""Asking a sign for its objects and setting them: one exchange at a time, with bounded retries."""

import contextlib
from collections.abc import Callable, Iterable
from itertools import count
from typing import Final

from drivers.dialect import Carrier, Site
from drivers.errors import PeerRefused, PeerWireError
from drivers.exchange import ask
from drivers.ntcip import codec, objects
from drivers.ntcip.ber import Counted, Oid, Value
from drivers.ntcip.objects import Object
from drivers.ntcip.snmp import Binding, Error, Kind, Message
from drivers.ports import ByteLink

MAX_REQUEST_ID: Final = 0x7FFF_FFFF


class ObjectRefused(PeerRefused):
    """A sign refused one object, or a whole message when `oid` is None; `code` is SNMP's."""

    def __init__(self, device: str, code: int, oid: Oid | None) -> None:
        meant = "" if oid is None else f" for {objects.name_of(oid)}"
        super().__init__(device, Error.name_of(code) + meant)
        self.code = code
        self.oid = oid


class Manager:
    """The host's side of SNMP with one sign. Any method raises PeerSilent, LinkLost."""

    def __init__(self, link: ByteLink, site: Site, timeout_s: Callable[[], float]) -> None:
        self._link = link
        self._site = site
        self._timeout_s = timeout_s
        self._community = site.community.encode()
        self._ids = count(1)
        drop = f"drop {site.address} on " if site.over is Carrier.SERIAL else ""
        self.device: Final = f"NTCIP sign, {drop}{link.name}"

    def get(self, *oids: Oid) -> tuple[Value, ...]:
        """Return the values of objects; ObjectRefused names one that the sign has not."""
        answer = self._ask(Kind.GET, [(oid, None) for oid in oids])
        if tuple(oid for oid, _ in answer.bindings) != oids:
            raise PeerWireError("ntcip", "the sign answered for other objects")
        return tuple(value for _, value in answer.bindings)

    def set(self, *bindings: Binding) -> None:
        """Set objects, all or none of them; ObjectRefused."""
        self._ask(Kind.SET, bindings)

    def get_known(self, *oids: Oid) -> dict[Oid, Value]:
        """Return the values of those objects that the sign has: version 1 of SNMP names one
        missing object at a time.
        """
        wanted = list(oids)
        while wanted:
            try:
                return dict(zip(wanted, self.get(*wanted), strict=True))
            except ObjectRefused as exc:
                if exc.code != Error.NO_SUCH_NAME or exc.oid not in wanted:
                    raise
                wanted.remove(exc.oid)
        return {}

    def integers(self, *oids: Oid) -> tuple[int, ...]:
        """Return the values of numbers; PeerWireError for anything else."""
        return tuple(map(integer, self.get(*oids)))

    def request(self, status: Object, row: tuple[int, ...], wanted: int) -> None:
        """Ask for a row to change its state.

        Signs refuse what they have done already, and some what they do all the same: the state
        that follows tells, so a refusal is no error here.
        """
        with contextlib.suppress(ObjectRefused):
            self.set((status.at(*row), wanted))

    def pause(self, duration_s: float) -> None:
        """Let the sign work."""
        self._link.pause(duration_s)

    def refused(self, reason: str) -> PeerRefused:
        """Return the error that this sign will not."""
        return PeerRefused(self.device, reason)

    def close(self) -> None:
        """Give the link back."""
        self._link.close()

    def _ask(self, kind: Kind, bindings: Iterable[Binding]) -> Message:
        request_id = next(self._ids) & MAX_REQUEST_ID
        question = Message(self._community, kind, request_id, tuple(bindings))
        answer = ask(
            self._link,
            codec.encode(question, self._site),
            lambda: codec.HostDecoder(self._site, question).receive,
            device=self.device,
            timeout_s=self._timeout_s(),
        )
        if answer.error != Error.NONE:
            at = answer.error_index - 1
            meant = question.bindings[at][0] if 0 <= at < len(question.bindings) else None
            raise ObjectRefused(self.device, answer.error, meant)
        return answer


def integer(value: Value) -> int:
    """Return a number; PeerWireError for anything else."""
    if isinstance(value, Counted):
        return value.number
    if isinstance(value, int):
        return value
    raise PeerWireError("ntcip", f"{value!r} is no number")


def octets(value: Value) -> bytes:
    """Return a string of octets; PeerWireError for anything else."""
    if isinstance(value, bytes):
        return value
    raise PeerWireError("ntcip", f"{value!r} is no octet string")
