"""The messages a sign keeps for us, and showing one of them.

The dialogue is NTCIP 1203's own (as in mnit-rtmc/iris, OpSendDMSMessage.java): modifyReq, the
row's values, validateReq, the sign's checksum, dmsActivateMessage; after a refusal the sign is
asked for its reason.
"""

from typing import Final

from drivers.errors import PeerRefused
from drivers.ntcip import objects
from drivers.ntcip.activation import Activation, MessageId, message_crc
from drivers.ntcip.ber import Value
from drivers.ntcip.manager import Manager, ObjectRefused
from drivers.ntcip.objects import (
    ActivateError,
    ControlMode,
    MemoryType,
    MessageStatus,
    MultiError,
    Object,
    ValidateError,
    word,
)
from drivers.ntcip.snmp import Error

OWNER: Final = b"signcast"
"""Whose our messages are: what is ours we may replace, whatever its priority."""
POLL_S: Final = 0.2
POLLS: Final = 50
"""Ten seconds to check a message."""
STALE: Final = frozenset(
    {
        ActivateError.MESSAGE_STATUS,
        ActivateError.MESSAGE_NUMBER,
        ActivateError.MESSAGE_CRC,
        ActivateError.SYNTAX_MULTI,
    }
)
"""Refusals of a sign that no longer holds what we believe: its message, or the graphic in it."""


class MessageRefused(PeerRefused):
    """A sign will not show a message; `code` is its dmsActivateMsgError."""

    def __init__(self, device: str, code: int, reason: str) -> None:
        super().__init__(device, reason)
        self.code = code


class MessageTable:
    """Changeable messages that we define, and what we know to stand in them."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager
        self._held: dict[int, tuple[bytes, int]] = {}
        self._lacks: set[Object] = set()

    def define(self, row: int, multi: bytes, priority: int) -> MessageId:
        """Return a message of ours that the sign found valid; MessageRefused when it did not."""
        crc = message_crc(multi)
        if self._held.get(row) != (multi, priority):
            self._held.pop(row, None)
            self._begin(row)
            self._write(row, multi, priority)
            self._validate(row, crc)
            self._held[row] = multi, priority
        return MessageId(MemoryType.CHANGEABLE, row, crc)

    def activate(self, message: MessageId, priority: int) -> None:
        """Show a message; MessageRefused says why not."""
        code = Activation(message, priority).encode()
        try:
            self._manager.set((objects.ACTIVATE.at(), code))
        except ObjectRefused as exc:
            raise self._why_not_shown(exc) from exc

    def _begin(self, row: int) -> None:
        place = MemoryType.CHANGEABLE, row
        self._manager.request(objects.MESSAGE_STATUS, place, MessageStatus.MODIFY_REQ)
        mode, status = self._manager.integers(
            objects.CONTROL_MODE.at(), objects.MESSAGE_STATUS.at(*place)
        )
        if mode == ControlMode.LOCAL:
            raise self._manager.refused("somebody at the sign has switched it to local control")
        if status != MessageStatus.MODIFYING:
            raise self._manager.refused(f"message {row} is {_name(MessageStatus, status)}")

    def _write(self, row: int, multi: bytes, priority: int) -> None:
        values: dict[Object, Value] = {
            objects.MESSAGE_MULTI: multi,
            objects.MESSAGE_OWNER: OWNER,
            objects.MESSAGE_PRIORITY: priority,
            objects.MESSAGE_BEACON: 0,
            objects.MESSAGE_PIXEL_SERVICE: 0,
        }
        optional = {objects.MESSAGE_BEACON, objects.MESSAGE_PIXEL_SERVICE}
        while True:
            kept = [one for one in values if one not in self._lacks]
            try:
                place = MemoryType.CHANGEABLE, row
                self._manager.set(*((one.at(*place), values[one]) for one in kept))
            except ObjectRefused as exc:
                # The standard lets a sign have neither; its checksum then counts them as 0.
                lacking = objects.object_of(exc.oid) if exc.oid else None
                missing = exc.code == Error.NO_SUCH_NAME and lacking in optional - self._lacks
                if lacking is None or not missing:
                    raise
                self._lacks.add(lacking)
            else:
                return

    def _validate(self, row: int, crc: int) -> None:
        place = MemoryType.CHANGEABLE, row
        self._manager.request(objects.MESSAGE_STATUS, place, MessageStatus.VALIDATE_REQ)
        for _ in range(POLLS):
            status, theirs = self._manager.integers(
                objects.MESSAGE_STATUS.at(*place), objects.MESSAGE_CRC.at(*place)
            )
            if status != MessageStatus.VALIDATING:
                break
            self._manager.pause(POLL_S)
        if status != MessageStatus.VALID:
            raise self._why_not_valid(status)
        if theirs != crc:
            raise self._manager.refused(f"message {row} is {theirs:04X} there, {crc:04X} here")

    def _why_not_valid(self, status: int) -> MessageRefused:
        error, multi, at = self._manager.integers(
            objects.VALIDATE_ERROR.at(), objects.MULTI_ERROR.at(), objects.MULTI_ERROR_AT.at()
        )
        if error == ValidateError.SYNTAX_MULTI:
            return self._refused(ActivateError.SYNTAX_MULTI, _syntax(multi, at))
        state = _name(MessageStatus, status)
        reason = f"the message is {state}: {_name(ValidateError, error)}"
        return self._refused(ActivateError.MESSAGE_STATUS, reason)

    def _why_not_shown(self, refused: ObjectRefused) -> PeerRefused:
        if refused.code == Error.NO_SUCH_NAME:
            # Seen on Ledstar signs that were asked with a community which may only read.
            return self._manager.refused("this community may not change what is shown")
        error, multi, at = self._manager.integers(
            objects.ACTIVATE_ERROR.at(), objects.MULTI_ERROR.at(), objects.MULTI_ERROR_AT.at()
        )
        if error == ActivateError.NONE:
            return refused
        if error == ActivateError.SYNTAX_MULTI:
            return self._refused(error, _syntax(multi, at))
        return self._refused(error, f"it does not show the message: {_name(ActivateError, error)}")

    def _refused(self, code: int, reason: str) -> MessageRefused:
        return MessageRefused(self._manager.device, code, reason)


def _syntax(multi: int, at: int) -> str:
    return f"MULTI: {_name(MultiError, multi)} at {at}"


def _name(
    words: type[MessageStatus | ValidateError | ActivateError | MultiError], code: int
) -> str:
    return word(words(code)) if code in set(words) else str(code)
