"""What a tuner is told, on its standard input: never on a command line, which all can read."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

MAX_ORDER_BYTES: Final = 16 << 10


@dataclass(frozen=True, slots=True)
class Order:
    """One stream to receive."""

    url: str
    controller: str
    """The controller's root: only a page of its own may be there, no relay leads to it."""
    secret: str
    """The device's, for the controller; empty = a relay, which gets none."""
    cpu_s: int
    """How long it may compute."""

    @property
    def is_own(self) -> bool:
        """Say whether the controller sends it: levelled already, and meant for us alone."""
        return bool(self.secret)

    def encode(self) -> bytes:
        """Return it as one line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> Self:
        """Read what `encode` wrote."""
        document: dict[str, Any] = json.loads(line)
        return cls(**document)
