"""Errors of this room, grouped by what the caller should do.

- `NotFound`, `Invalid`, `Conflict`, `Forbidden`, `NotASpeaker`, `NotATruck`, `TruckInUse`,
  `NotAuthenticated`, `BadFirmware`, `BadAlert`, `WorkRunning`: their fault; a face answers
  with the code and the facts, nothing was changed.
- `SpeechFailed`, `SpeechMissing`: an engine did not speak; take another voice, or try again.
- `BrokerFailed`, `BrokenFont`, `BrokenSpeechSettings`, `BrokenDatabase`: the program does not come
  up; give up and say why.

Content and rules that cannot be used raise `playlists.errors.ContentRefused`, untouched.
"""

from collections.abc import Mapping
from typing import ClassVar


class ControllerError(Exception):
    """Root of everything this room raises on purpose. `facts` are JSON-ready."""

    code: ClassVar[str] = "controller-error"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.facts: Mapping[str, object] = facts


class NotFound(ControllerError):
    """Nothing of that kind has this name. Facts: `kind`, `name`."""

    code = "not-found"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"no {kind} is called {name}", kind=kind, name=name)


class UnknownTarget(ControllerError):
    """A broadcast names targets that do not exist or cannot take its content.

    Facts: `target`, the first; `targets`, the first hundred; and `count`.
    """

    code = "unknown-target"


class Invalid(ControllerError):
    """A request is well formed but makes no sense. Fact: `field`, `reason`."""

    code = "invalid"


class BadMonth(ControllerError):
    """A month is none, or nobody can know of it. Facts: `month`, `first`, `ahead`."""

    code = "bad-month"


class Conflict(ControllerError):
    """The thing has changed or ended meanwhile. Fact: `reason`."""

    code = "conflict"


class WorkRunning(ControllerError):
    """Work of that key is still being done. Fact: `key`."""

    code = "work-running"


class Forbidden(ControllerError):
    """The person may not do that. Fact: `action`."""

    code = "forbidden"


class NotASpeaker(ControllerError):
    """Only loudspeakers are on trucks. Fact: `device`."""

    code = "not-a-speaker"


class NotATruck(ControllerError):
    """The loudspeaker is on no truck, so passes do not concern it. Fact: `device`."""

    code = "not-a-truck"


class TruckInUse(ControllerError):
    """A broadcast into zones still waits for the truck. Facts: `device`, `broadcast`."""

    code = "truck-in-use"


class NotAuthenticated(ControllerError):
    """No valid token, session or device secret came with the request."""

    code = "not-authenticated"


class BadAlert(ControllerError):
    """A message is no alert of CAP 1.2. Facts: `reason`, `detail`.

    Reasons: `too-large`, `not-xml`, `doctype`, `namespace`, `schema`, `standard`.
    """

    code = "bad-alert"

    def __init__(self, *, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}", reason=reason, detail=detail)


class BadFirmware(ControllerError):
    """An uploaded file is no firmware. Facts: `reason`, `detail`."""

    code = "bad-firmware"


class BrokerFailed(ControllerError):
    """The embedded broker did not come up. Fact: `reason`."""

    code = "broker-failed"


class BrokenDatabase(ControllerError):
    """A database cannot be looked into. Fact: `reason` (`missing` or `unreadable`)."""

    code = "broken-database"


class BrokenFont(ControllerError):
    """A font of this site cannot be read. Fact: `reason`, which names the file."""

    code = "broken-font"


class BrokenAlmanac(ControllerError):
    """What the site says of its days and hours cannot be read. Fact: `reason`, which names the
    file."""

    code = "broken-almanac"


class SpeechFailed(ControllerError):
    """A speech engine crashed, hung or sent nonsense. Facts: `engine`, `reason`."""

    code = "speech-failed"


class SpeechMissing(ControllerError):
    """A speech engine is not installed here. Facts: `engine`, `remedy`."""

    code = "speech-missing"


class BrokenSoundSettings(ControllerError):
    """What the site says about sound cannot be read. Fact: `reason`, which names the file."""

    code = "broken-sound-settings"


class BrokenSpeechSettings(ControllerError):
    """What the site says about speech cannot be read. Fact: `reason`, which names the file."""

    code = "broken-speech-settings"
