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


class TooCostly(ContentRefused):
    """Decoding took more time or memory than any honest file needs. Fact: `reason`."""

    code: ClassVar[str] = "too-costly"


class UnknownChime(ContentRefused):
    """No chime is called so. Facts: `name`, `known`."""

    code: ClassVar[str] = "unknown-chime"


class UnknownVoice(ContentRefused):
    """No voice is called so, or none speaks the language. Facts: `name`, `known`."""

    code: ClassVar[str] = "unknown-voice"


class UnknownPhrase(ContentRefused):
    """A recorded phrase is not there, so nothing is said. Facts: `name`, `known`."""

    code: ClassVar[str] = "unknown-phrase"


class NothingToSay(ContentRefused):
    """The words have no letter or digit in them. Fact: `text`."""

    code: ClassVar[str] = "nothing-to-say"


class BadDictionary(ContentRefused):
    """A line of a site's list of abbreviations is no entry. Facts: `line`, `written`."""

    code: ClassVar[str] = "bad-dictionary"
