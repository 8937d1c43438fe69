"""MQTT topics: `signcast/v1/<tenant>/<device>/<channel>`, and who may touch which.

State is retained, actions never are.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from firmware_bridge.errors import LinkWireError

ROOT: Final = "signcast/v1"
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""Lower-case letters, digits, inner hyphens: no wildcard, no dot, no slash, at most 63."""


class Channel(StrEnum):
    """The last level of a topic."""

    PLAN = "plan"
    """Controller to gateway: the signed plan. Retained."""
    COMMAND = "command"
    """Controller to gateway: a signed command. Never retained."""
    FIRMWARE = "firmware"
    """Controller to gateway: the signed order which firmware a board shall run. Retained."""
    ACK = "ack"
    """Gateway to controller: a stage that a plan reached, or its refusal."""
    STATE = "state"
    """Gateway to controller: what is on. Retained; the will marks the gateway offline."""
    ASRUN = "asrun"
    """Gateway to controller: what was shown or played."""
    FRAME = "frame"
    """Hosted gateway to thin board: one whole picture."""


FROM_CONTROLLER: Final = frozenset({Channel.PLAN, Channel.COMMAND, Channel.FIRMWARE})
FROM_GATEWAY: Final = frozenset({Channel.ACK, Channel.STATE, Channel.ASRUN})


def is_name(text: str) -> bool:
    """Say whether a tenant or device may be called so."""
    return _NAME.fullmatch(text) is not None


def topic(tenant: str, device: str, channel: Channel) -> str:
    """Return the topic of one device's channel."""
    for name in (tenant, device):
        if not is_name(name):
            raise LinkWireError("topic", f"{name!r} is no tenant or device name"[:120])
    return f"{ROOT}/{tenant}/{device}/{channel}"


def every_device(tenant: str, channel: Channel) -> str:
    """Return the filter that matches this channel of all devices of a tenant."""
    return f"{ROOT}/{tenant}/+/{channel}"


@dataclass(frozen=True, slots=True)
class Address:
    """A topic, taken apart."""

    tenant: str
    device: str
    channel: Channel


def parse(text: str) -> Address:
    """Take a topic apart; LinkWireError when it is none of ours."""
    parts = text.split("/")
    try:
        root, version, tenant, device, channel = parts
        address = Address(tenant, device, Channel(channel))
    except ValueError as exc:
        raise LinkWireError("topic", repr(text)[:120]) from exc
    if f"{root}/{version}" != ROOT or not (is_name(tenant) and is_name(device)):
        raise LinkWireError("topic", repr(text)[:120])
    return address


def panel_user(device: str) -> str:
    """Return the broker user name of a thin board's panel: it may read `frame` and nothing else.

    The dot keeps it apart from every device name.
    """
    return f"{device}.panel"
