"""Errors of this room, grouped by what the caller should do.

- `LinkWireError`: bytes from the other side are not what they claim. Report it, believe nothing.
- `Refused`: a plan or command is genuine bytes but must not be followed. Report it with `reason`.
- `NotConnected`: the broker is away. Keep what you have and try again when it is back.
- `AssetUnavailable`: a file could not be fetched whole. Try again later; never play a part.
- `BadImage`: a firmware file must not be written anywhere. Give up and report it with `reason`.
- `UpdateFailed`: a board did not take its firmware, and runs the one it had. Report it.
- `Withdrawn`: an update is no longer wanted. Stop where no harm is done.
- `BadConfig`: the gateway's configuration cannot be used. Give up and say what to change.
"""

from enum import StrEnum


class BridgeError(Exception):
    """Root of everything this room raises on purpose."""


class LinkWireError(BridgeError):
    """Bytes from the other side do not decode; `what` names the message."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"bad {what}: {reason}")
        self.what = what
        self.reason = reason


class RefusalReason(StrEnum):
    """Why a gateway does not follow a plan or command; travels in acknowledgements."""

    NOT_A_PLAN = "not-a-plan"
    UNKNOWN_KEY = "unknown-key"
    BAD_SIGNATURE = "bad-signature"
    WRONG_DEVICE = "wrong-device"
    EXPIRED = "expired"
    REPLAYED = "replayed"


class Refused(BridgeError):
    """A plan or command must not be followed."""

    def __init__(self, reason: RefusalReason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


class NotConnected(BridgeError):
    """The broker is away."""


class AssetUnavailable(BridgeError):
    """A file could not be fetched whole and right."""

    def __init__(self, sha256: str, reason: str) -> None:
        super().__init__(f"{sha256[:12]}: {reason}")
        self.sha256 = sha256
        self.reason = reason


class PlanRefused(Refused):
    """A plan must not be followed; `version` (0 = unknown) and `plan_sha256` name it."""

    def __init__(self, cause: Refused, *, version: int, plan_sha256: str) -> None:
        super().__init__(cause.reason, cause.detail)
        self.version = version
        self.plan_sha256 = plan_sha256


class BadImage(BridgeError):
    """A firmware file is not whole, not genuine or not for this board; `reason` is one word."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class UpdateFailed(BridgeError):
    """A board did not take its firmware; `reason` is one word."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Withdrawn(BridgeError):
    """The update is no longer wanted."""


class BadConfig(BridgeError):
    """The gateway's configuration cannot be used; `reason` says what to change in `path`."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
