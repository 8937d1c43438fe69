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


class UnknownTag(ContentRefused):
    """No tag is called so. Facts: `tag`, `position` (of its bracket, from 1), `nearest` or ""."""

    code: ClassVar[str] = "unknown-tag"


class BadTagValue(ContentRefused):
    """A tag cannot take that. Facts: `tag`, `value`, `wanted`, `position` (of the value)."""

    code: ClassVar[str] = "bad-tag-value"


class UnclosedTag(ContentRefused):
    """A bracket without its partner. Facts: `tag`, `position` (of the bracket), `nearest`."""

    code: ClassVar[str] = "unclosed-tag"


class TagNotOpen(ContentRefused):
    """A tag closes what is not open. Facts: `tag`, `position`, `nearest` (what is open) or ""."""

    code: ClassVar[str] = "tag-not-open"


class TooManyPages(ContentRefused):
    """More pages than a message may have. Facts: `limit`, `position` of the tag."""

    code: ClassVar[str] = "too-many-pages"


class NotAnImage(ContentRefused):
    """The file is no PNG, JPEG or GIF that can be decoded to its end. Fact: `reason`."""

    code: ClassVar[str] = "not-an-image"


class ImageTooLarge(ContentRefused):
    """An image has too much of something. Facts: `size`, `limit`, `unit`: byte, pixel or frame."""

    code: ClassVar[str] = "image-too-large"


class TextTooWide(ContentRefused):
    """A letter or a live field is wider than the board. Facts: `what`, `width_px`, `board_px`."""

    code: ClassVar[str] = "text-too-wide"


class TooManyFields(ContentRefused):
    """A page has more live fields, or in more fonts. Facts: `limit`, `font_limit`."""

    code: ClassVar[str] = "too-many-fields"
