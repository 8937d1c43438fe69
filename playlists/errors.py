"""Errors of this room, grouped by what the caller should do.

`ContentRefused`: the operator's content or rule cannot be used; tell him why, change nothing.
`BadBytes`: bytes from outside (an asset, a plan, a font) are not what they claim; do not use them.

Every leaf carries a stable `code` and its facts as attributes, so that a face can say the same
thing in the reader's own words.
"""

from collections.abc import Mapping
from typing import ClassVar


class PlaylistsError(Exception):
    """Root of everything this room raises on purpose."""


class ContentRefused(PlaylistsError):
    """The content or the rule cannot be used as it is.

    `facts` are JSON-ready values (str, int, float, list of those) named for message templates.
    """

    code: ClassVar[str] = "content-refused"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.facts: Mapping[str, object] = facts


class BadBytes(PlaylistsError):
    """Bytes from outside do not decode; `what` names the format, `reason` the first fault found."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"bad {what}: {reason}")
        self.what = what
        self.reason = reason
