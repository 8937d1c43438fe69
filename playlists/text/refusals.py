"""Why a text cannot be shown: leaves of ContentRefused with a stable code and facts."""

from typing import ClassVar

from playlists.errors import ContentRefused


class EmptyText(ContentRefused):
    """Nothing is left to show."""

    code: ClassVar[str] = "empty-text"


class TextTooLong(ContentRefused):
    """More text than a message or a scene holds. Facts: `length`, `limit`."""

    code: ClassVar[str] = "text-too-long"


class ControlCharacter(ContentRefused):
    """A character that steers rather than shows. Facts: `position` (from 1), `code_point`."""

    code: ClassVar[str] = "control-character"


class GlyphMissing(ContentRefused):
    """The font cannot draw a letter. Facts: `letter`, `code_point`, `position` (from 1), `font`."""

    code: ClassVar[str] = "glyph-missing"


class UnknownFont(ContentRefused):
    """No font stands in that slot. Facts: `font`, `known`."""

    code: ClassVar[str] = "unknown-font"


class TextTooTall(ContentRefused):
    """The font is taller than the board. Facts: `rows`, `height_px`, `font`, `fitting`."""

    code: ClassVar[str] = "text-too-tall"
