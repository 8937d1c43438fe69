"""Why a sound cannot be used: leaves of ContentRefused with a stable code and facts."""

from typing import ClassVar

from playlists.errors import ContentRefused


class NotAudio(ContentRefused):
    """The file is no audio that can be decoded to its end. Fact: `reason`."""

    code: ClassVar[str] = "not-audio"


class FileTooLarge(ContentRefused):
    """The file has too many bytes. Facts: `size_bytes`, `limit_bytes`."""

    code: ClassVar[str] = "file-too-large"


class SoundTooLong(ContentRefused):
    """The sound plays too long. Fact: `limit_s`."""

    code: ClassVar[str] = "sound-too-long"


class UnknownChime(ContentRefused):
    """No chime is called so. Facts: `name`, `known`."""

    code: ClassVar[str] = "unknown-chime"
