"""What a DDP display says of itself: JSON behind the ids 251 (status) and 250 (config).

The schema is the one the document suggests and Minleon's controllers use. All of it is optional,
and bytes from a network: whatever is missing or of another type is left out.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from drivers.errors import PeerWireError

MAX_WORD_CHARS: Final = 64
"""A maker's name is shorter; these words end up on an operator's screen."""


@dataclass(frozen=True, slots=True)
class About:
    """Who a display says it is. Empty = it does not say."""

    maker: str = ""
    model: str = ""
    version: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.maker, self.model, self.version)))


def write_status(about: About) -> bytes:
    """Return the status of a display that can push and knows no clock."""
    words = {"man": about.maker, "mod": about.model, "ver": about.version}
    return json.dumps({"status": {**words, "push": True, "ntp": False}}).encode()


def read_status(data: bytes) -> About:
    """Return who answers; PeerWireError for what is no JSON object with a status.

    No bytes at all are an answer too: "if reading a device is not supported".
    """
    if not data:
        return About()
    status = _object(data, "status")
    return About(*(_text(status.get(key)) for key in ("man", "mod", "ver")))


def write_config(lights: int) -> bytes:
    """Return the configuration of a display with one output."""
    return json.dumps({"config": {"ports": [{"port": 1, "ts": 1, "l": lights, "ss": 0}]}}).encode()


def read_lights(data: bytes) -> int:
    """Return how many lights a display has; 0 = it does not say. PeerWireError for no JSON."""
    ports = _object(data, "config").get("ports") if data else None
    if not isinstance(ports, list):
        return 0
    lights = [port.get("l") for port in ports if isinstance(port, dict)]
    return sum(one for one in lights if isinstance(one, int))


def _object(data: bytes, key: str) -> dict[str, Any]:
    try:
        found = json.loads(data)[key]
    except (ValueError, LookupError, TypeError, RecursionError) as exc:
        raise PeerWireError("ddp", f"no {key} in {data[:40]!r}") from exc
    if not isinstance(found, dict):
        raise PeerWireError("ddp", f"no {key} in {data[:40]!r}")
    return found


def _text(value: object) -> str:
    """Return a word for people to read, whatever a network made of it."""
    shown = value[:MAX_WORD_CHARS] if isinstance(value, str) else ""
    return "".join(letter for letter in shown if letter.isprintable())
