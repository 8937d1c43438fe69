"""The objects of a simulated sign: asked, walked through, and set all at once or not at all."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Final

from drivers.ntcip import objects
from drivers.ntcip.ber import Counted, Oid, Value
from drivers.ntcip.objects import Object, Syntax
from drivers.ntcip.snmp import Binding, Error, Kind, Message

Write = Callable[[tuple[int, ...], Value], None]
"""What a sign does when an object of a row is set; it may refuse."""

_TYPES: Final = {Syntax.INTEGER: int, Syntax.OCTETS: bytes, Syntax.COUNTER: Counted}


class SetRefused(Exception):
    """A value that cannot be set now; `told` is what the sign then says of it."""

    def __init__(self, error: Error, told: Mapping[Oid, Value] | None = None) -> None:
        super().__init__(error.name)
        self.error = error
        self.told = told or {}


class Mib:
    """All instances with their values; `writes` says what setting some of them does."""

    def __init__(self) -> None:
        self.cells: dict[Oid, Value] = {}
        self.writes: dict[Object, Write] = {}
        self.growing: set[Object] = set()
        """Columns whose instances come to be when they are set."""

    def __getitem__(self, oid: Oid) -> Value:
        return self.cells[oid]

    def number(self, oid: Oid) -> int:
        """Return an integer's value; 0 for what is none."""
        value = self.cells.get(oid)
        return value if isinstance(value, int) else 0

    def octets(self, oid: Oid) -> bytes:
        """Return an octet string's value; empty for what is none."""
        value = self.cells.get(oid)
        return value if isinstance(value, bytes) else b""

    def answer(self, message: Message) -> Message:
        """Return the answer to a question."""
        if message.kind is Kind.SET:
            return self._set(message)
        following = self._next if message.kind is Kind.GET_NEXT else self._same
        found = [following(oid) for oid, _ in message.bindings]
        for index, oid in enumerate(found, start=1):
            if oid is None:
                return message.answered(message.bindings, Error.NO_SUCH_NAME, index)
        return message.answered(tuple((oid, self.cells[oid]) for oid in found if oid is not None))

    def _same(self, oid: Oid) -> Oid | None:
        return oid if oid in self.cells else None

    def _next(self, oid: Oid) -> Oid | None:
        places = sorted(self.cells)
        at = bisect_right(places, oid)
        return places[at] if at < len(places) else None

    def _set(self, message: Message) -> Message:
        before = dict(self.cells)
        for index, binding in enumerate(message.bindings, start=1):
            try:
                self._set_one(binding)
            except SetRefused as exc:
                self.cells = {**before, **exc.told}
                return message.answered(message.bindings, exc.error, index)
        return message.answered(message.bindings)

    def _set_one(self, binding: Binding) -> None:
        oid, value = binding
        found = objects.object_of(oid)
        if found is None or not found.writable:
            raise SetRefused(Error.NO_SUCH_NAME)
        if oid not in self.cells and found not in self.growing:
            raise SetRefused(Error.NO_SUCH_NAME)
        if not isinstance(value, _TYPES[found.syntax]) or not _within(value, found.limits):
            raise SetRefused(Error.BAD_VALUE)
        write = self.writes.get(found)
        if write is None:
            self.cells[oid] = value
        else:
            write(oid[len(found.place) :], value)


def _within(value: Value, limits: range | None) -> bool:
    return limits is None or (len(value) if isinstance(value, bytes) else value) in limits
