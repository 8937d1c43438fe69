"""Recorded phrases: audio files that the site puts into a folder, spliced for emergencies.

`so-tan.wav` is the phrase `so-tan`; `so-tan.txt` beside it holds its words, which are shown to
whoever approves. No engine is needed, and a person's voice is believed.
"""

import re
from pathlib import Path
from typing import Final

from controller.speech.workshop import decoded
from playlists.audio.decode import MAX_UPLOAD_BYTES
from playlists.audio.refusals import UnknownPhrase
from playlists.audio.sound import Samples

NAME: Final = "phrases"
MAX_WORDS_CHARS: Final = 500
MAX_KNOWN: Final = 500

_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_KINDS: Final = frozenset({".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a"})


class Phrases:
    """One folder of recordings."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def known(self) -> dict[str, str]:
        """Return every phrase and its words."""
        return {name: _words(path) for name, path in [*self._files().items()][:MAX_KNOWN]}

    def words(self, name: str) -> str:
        """Return a phrase's words, its name when nobody wrote them down; UnknownPhrase."""
        return _words(self._path(name))

    def recording(self, name: str) -> Samples:
        """Return a phrase's samples; UnknownPhrase, EngineFault when the file cannot be decoded."""
        path = self._path(name)
        with path.open("rb") as file:
            return decoded(file.read(MAX_UPLOAD_BYTES), NAME)

    def _path(self, name: str) -> Path:
        files = self._files()
        if name not in files:
            raise UnknownPhrase(
                f"no phrase is called {name[:80]}", name=name[:80], known=sorted(files)[:MAX_KNOWN]
            )
        return files[name]

    def _files(self) -> dict[str, Path]:
        """Return the recordings by name; names that would not do in a request are no phrases."""
        return {
            path.stem: path
            for path in sorted(self._folder.iterdir())
            if path.suffix.lower() in _KINDS and _ID.fullmatch(path.stem)
        }


def _words(path: Path) -> str:
    try:
        with path.with_suffix(".txt").open("rb") as file:
            told = file.read(4 * MAX_WORDS_CHARS).decode(errors="replace")
    except OSError:
        return path.stem
    return " ".join(told.split())[:MAX_WORDS_CHARS] or path.stem
