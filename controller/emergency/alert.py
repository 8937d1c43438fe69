"""An alert as CAP 1.2 says it, as plain values. Absent texts are empty.

Names follow the standard where it has a plain word. Nothing here is fetched, nothing is trusted:
what an alert may do is decided in `meaning`.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from playlists.schedule.zones import Place


class Status(StrEnum):
    """How seriously it is meant."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"


class Kind(StrEnum):
    """What a message does (`msgType`)."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


class Scope(StrEnum):
    """For whom it is."""

    PUBLIC = "Public"
    RESTRICTED = "Restricted"
    PRIVATE = "Private"


class Category(StrEnum):
    """What it is about."""

    GEO = "Geo"
    MET = "Met"
    SAFETY = "Safety"
    SECURITY = "Security"
    RESCUE = "Rescue"
    FIRE = "Fire"
    HEALTH = "Health"
    ENV = "Env"
    TRANSPORT = "Transport"
    INFRA = "Infra"
    CBRNE = "CBRNE"
    OTHER = "Other"


class Response(StrEnum):
    """What people are asked to do (`responseType`)."""

    SHELTER = "Shelter"
    EVACUATE = "Evacuate"
    PREPARE = "Prepare"
    EXECUTE = "Execute"
    AVOID = "Avoid"
    MONITOR = "Monitor"
    ASSESS = "Assess"
    ALL_CLEAR = "AllClear"
    NONE = "None"


class Urgency(StrEnum):
    """How soon something must be done."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """How bad it is."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """How sure it is."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


class Pair(NamedTuple):
    """A value and the list it is from: geocodes, event codes, parameters."""

    name: str
    value: str


class Reference(NamedTuple):
    """The name of a message: no two have the same."""

    sender: str
    identifier: str
    sent: datetime


class Circle(NamedTuple):
    """All that is so near to a place."""

    middle: Place
    radius_km: float


@dataclass(frozen=True, slots=True)
class Area:
    """Where it holds: a name, and shapes and codes that say the same."""

    description: str
    polygons: tuple[tuple[Place, ...], ...] = ()
    """Corners in WGS84; the last is the first again."""
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[Pair, ...] = ()
    altitude_ft: Decimal | None = None
    ceiling_ft: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A file that goes with it. It is named, and never fetched or opened."""

    description: str
    mime_type: str
    size_bytes: int | None = None
    uri: str = ""
    content: str = ""
    """Base64, as it came (`derefUri`)."""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Info:
    """What is said, in one language."""

    categories: tuple[Category, ...]
    event: str
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    language: str = "en-US"
    """The standard's word for "not said"."""
    responses: tuple[Response, ...] = ()
    audience: str = ""
    event_codes: tuple[Pair, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[Pair, ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """One message."""

    identifier: str
    sender: str
    sent: datetime
    status: Status
    kind: Kind
    scope: Scope
    source: str = ""
    restriction: str = ""
    addresses: str = ""
    codes: tuple[str, ...] = ()
    note: str = ""
    references: tuple[Reference, ...] = ()
    incidents: str = ""
    infos: tuple[Info, ...] = ()
    signed: bool = False
    """It carries a digital signature. Nobody here has checked it, so it counts for nothing."""

    @property
    def name(self) -> Reference:
        """Return what others call this message by."""
        return Reference(self.sender, self.identifier, self.sent)
