"""`signcast speak`: a text as a loudspeaker would say it, as a sound file; or only its words."""

import wave
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import typer

from api.cli.progress import bar
from api.speech import DOUBTS
from controller.errors import ControllerError
from controller.model import AnnouncementPart, AnnouncementPartDraft
from controller.settings import Settings
from controller.sound import settings as sound_settings
from controller.sound.cage import Cage
from controller.speech.reader import Reader
from playlists.audio.decode import decode
from playlists.audio.levels import SoundKind
from playlists.audio.recipe import single
from playlists.audio.sound import SAMPLE_RATE_HZ, Sound
from playlists.audio.speech.lossless import flac
from playlists.errors import PlaylistsError

KINDS: Final = (".wav", ".ogg")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asked for."""

    text: str
    out: Path | None
    language: str
    voice: str | None
    speed_pct: int
    spoken: bool
    data: Path | None


def run(wish: Wish) -> int:
    """Write the sound, say the words; return the exit status, having said what was wrong."""
    if wish.out is None and not wish.spoken:
        return _refuse("say where to write with --out x.wav, or ask for the words with --spoken")
    if wish.out is not None and wish.out.suffix not in KINDS:
        return _refuse(f"--out {wish.out}: the name must end in {' or '.join(KINDS)}")
    if wish.data is not None and not wish.data.is_dir():
        return _refuse(f"--data {wish.data}: there is no such folder")
    try:
        with TemporaryDirectory() as empty:
            _serve(wish, Settings(data_dir=wish.data or Path(empty)))
    except (PlaylistsError, ControllerError, OSError) as exc:
        return _refuse(str(exc))
    return 0


def _serve(wish: Wish, site: Settings) -> None:
    reader = Reader.of(site)
    draft = AnnouncementPartDraft(wish.text, wish.language, wish.voice, wish.speed_pct)
    parts = reader.worded([draft])
    if wish.spoken:
        _say_words(parts[0])
    if wish.out is None:
        return
    recipe = single(SoundKind.SPEECH, sound_settings.read(site.sound).levels)
    with bar() as tell:
        sound = Cage().render(recipe, [flac(reader.speak(parts, 0.0, tell))], tell)
    _write(sound, wish.out)
    loud = "" if sound.loudness_lufs is None else f", {sound.loudness_lufs:.1f} LUFS"
    seconds = sound.duration_ms / 1_000
    typer.echo(f"{wish.out}: {seconds:.1f} s by {parts[0].voice}{loud}", err=True)


def _say_words(part: AnnouncementPart) -> None:
    typer.echo(part.spoken)
    for doubt in part.doubts:
        _, detail = DOUBTS[doubt.why]
        place = f"character {doubt.at + 1}, “{doubt.written}”"
        typer.echo(f"{place} → “{doubt.spoken}”: {detail}", err=True)


def _write(sound: Sound, out: Path) -> None:
    """Write what a loudspeaker gets, or what comes out of it."""
    if out.suffix == ".ogg":
        out.write_bytes(sound.data)
        return
    with out.open("wb") as target, wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(decode(sound.data).astype("<i2").tobytes())


def _refuse(reason: str) -> int:
    typer.echo(f"signcast: {reason}", err=True)
    return 2
