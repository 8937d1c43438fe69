"""What `signcast fonts` does: list, show, check and import; each returns the exit status."""

import contextlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli import specimen
from playlists.errors import PlaylistsError
from playlists.text import alphabet, fontbook
from playlists.text.font import Font
from playlists.text.fontbook import FontBook
from playlists.text.fontfile import MAX_FONT_CHARS
from playlists.text.intake import normalise

FOLDER: Final = "fonts"
"""Below the data folder: imported fonts, `SLOT-name.font`."""
FINE, WRONG, REFUSED = 0, 1, 2
"""Exit statuses."""
SHOW_PITCH_PX: Final = 8
LETTERS_TOLD: Final = 24
"""Of a longer list the rest is counted."""
MAX_FILE_NAME_CHARS: Final = 40
FOLLOWERS: Final = "aceimnoptuy"
"""What may come after a vowel in a Vietnamese syllable."""

console = Console(highlight=False)


class Refused(Exception):
    """The command cannot do this; the message says what to do next."""


def show_list(data: Path | None) -> int:
    """Print a table of all fonts."""
    with _refusing() as outcome:
        book = _book(data)
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("slot", "name"):
            table.add_column(heading, no_wrap=True)
        for heading in ("rows", "baseline", "letters", "digit", "widest", "average"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("from", no_wrap=True)
        table.add_column("source", no_wrap=True, overflow="ellipsis")
        for slot in book.slots():
            font = book.load(slot)
            table.add_row(*map(Text, [*_facts(font), _origin(font, book), font.source]))
        console.print(table)
        console.print("Widths in LEDs: of a digit, of the widest letter, of a letter on average.")
    return outcome.status


def _facts(font: Font) -> list[str]:
    widths = [glyph.shape[1] for glyph in font.glyphs.values()]
    digits = sorted({font.glyphs[one].shape[1] for one in alphabet.DIGITS if one in font.glyphs})
    counted = (
        font.slot,
        font.name,
        font.rows,
        font.baseline,
        len(widths),
        "/".join(map(str, digits)),
        max(widths),
        f"{sum(widths) / len(widths):.1f}",
    )
    return [*map(str, counted)]


def _origin(font: Font, book: FontBook) -> str:
    if book.is_imported(font.slot):
        return "imported"
    lent = len(font.glyphs) - len(fontbook.BUILT_IN.load(font.slot).glyphs)
    return f"built in, {lent} letters lent" if lent else "built in"


def show(slot: int | None, text: str | None, out: Path | None, data: Path | None) -> int:
    """Show a text in the terminal or as a picture; without a slot, every font on one sheet."""
    with _refusing() as outcome:
        if out is not None and out.suffix != ".png":
            raise Refused(f"--out {out}: the name must end in .png")
        book = _book(data)
        if slot is None:
            if out is None:
                raise Refused("say which SLOT to show, or --out sheet.png for all of them")
            specimen.save(specimen.sheet(book), out)
            return FINE
        font = book.load(slot)
        wanted = normalise(specimen.PANGRAM if text is None else text).text
        if out is not None:
            specimen.save(specimen.picture(wanted, font, SHOW_PITCH_PX), out)
            return FINE
        for line in specimen.lines(wanted, font, console.width):
            typer.echo(specimen.blocks(specimen.line(line, font)))
    return outcome.status


def check(wished: Sequence[str], data: Path | None) -> int:
    """Say what is wrong with fonts, named by slot or by file; WRONG when anything is."""
    with _refusing() as outcome:
        book = _book(data)
        for one in wished or [str(slot) for slot in book.slots()]:
            faults = _faults_of(one, book)
            if faults:
                outcome.status = WRONG
            for fault in faults or ["nothing is wrong"]:
                typer.echo(f"{one}: {fault}")
    return outcome.status


def _faults_of(wished: str, book: FontBook) -> list[str]:
    if wished.isascii() and wished.isdigit():
        return list(faults(book.load(int(wished))))
    path = Path(wished)
    try:
        with path.open(encoding="utf-8") as file:
            font = Font.parse(file.read(MAX_FONT_CHARS + 1), fontbook.MAX_SLOT)
    except OSError as exc:
        raise Refused(f"{path}: {exc.strerror}; name a slot or a .font file") from exc
    except (UnicodeDecodeError, PlaylistsError) as exc:
        return [str(exc)]
    return list(faults(font))


def faults(font: Font) -> Iterator[str]:
    """Yield what is wrong with a font, a line each."""
    for called, letters in (
        ("Vietnamese letters", alphabet.VIETNAMESE),
        ("ASCII", alphabet.ASCII),
        ("official punctuation", alphabet.OFFICIAL),
    ):
        missing = [letter for letter in letters if letter not in font.glyphs]
        if missing:
            yield f"{called} not drawn: {_told(missing)}"
    for alike in _alike(font):
        yield f"drawn alike: {_told(alike)}"
    widths = {one: font.glyphs[one].shape[1] for one in alphabet.DIGITS if one in font.glyphs}
    if len(set(widths.values())) > 1:
        told = ", ".join(f"{digit} {width_px}" for digit, width_px in widths.items())
        yield f"digits of different widths: {told}"
    touching = [one for one in font.glyphs if not _runs(one) and _touches(one, font)]
    if touching:
        yield f"no dark column on the right, so they touch what follows: {_told(touching)}"


def _touches(letter: str, font: Font) -> bool:
    """Say whether a letter's last column touches a neighbour.

    A mark may stand there where no letter that follows it in a Vietnamese syllable reaches it.
    """
    last = np.flatnonzero(font.glyphs[letter][:, -1])
    if not last.size or letter not in alphabet.VIETNAMESE or letter.isascii():
        return bool(last.size)
    followers = FOLLOWERS.upper() if letter.isupper() else FOLLOWERS
    reach = np.unique(np.clip(np.concatenate([last - 1, last, last + 1]), 0, font.rows - 1))
    drawn = (font.glyphs[one] for one in followers if one in font.glyphs)
    return any(glyph[reach, 0].any() for glyph in drawn)


def _alike(font: Font) -> list[list[str]]:
    by_drawing: dict[tuple[int, bytes], list[str]] = defaultdict(list)
    for letter in alphabet.VIETNAMESE:
        if letter in font.glyphs:
            glyph = font.glyphs[letter]
            by_drawing[glyph.shape[1], glyph.tobytes()].append(letter)
    return [letters for letters in by_drawing.values() if len(letters) > 1]


def _runs(letter: str) -> bool:
    """Say whether a sign may join its neighbour: dashes, underscores, arrows."""
    is_arrow = "ARROW" in unicodedata.name(letter, "")
    return is_arrow or unicodedata.category(letter) in {"Pd", "Pc"}


def bring_in(
    file: Path,
    *,
    slot: int,
    rows: int,
    name: str,
    licence: str,
    every_letter: bool,
    replace: bool,
    data: Path | None,
    out: Path | None,
) -> int:
    """Import a font file into the data folder, or write it to `out`, or both."""
    # FreeType is loaded by this command only.
    from playlists.text import fontimport  # noqa: PLC0415

    with _refusing() as outcome:
        folder = None if data is None else _checked(data) / FOLDER
        _check_goal(folder, slot, out, replace=replace)
        with file.open("rb") as opened:
            content = opened.read(fontimport.MAX_FONT_FILE_BYTES + 1)
        imported = fontimport.drawing(
            content,
            rows,
            name,
            source=f"imported from {file.name}",
            licence=licence,
            every_letter=every_letter,
        )
        font = Font.parse(imported.text, slot)
        if out is not None:
            _write(out, imported.text)
            typer.echo(f"{out}: {_summary(font)}")
        if folder is not None:
            _install(folder, font, imported.text)
        reasons: dict[str, list[str]] = defaultdict(list)
        for one in imported.left_out:
            reasons[one.why].append(one.letter)
        for why, letters in reasons.items():
            typer.echo(f"Left out, {why} ({len(letters)}): {_told(letters)}")
    return outcome.status


def _check_goal(folder: Path | None, slot: int, out: Path | None, *, replace: bool) -> None:
    if folder is None and out is None:
        raise Refused("say where it goes: --data DIR to use it there, or --out FILE.font")
    if out is not None and out.suffix != ".font":
        raise Refused(f"--out {out}: the name must end in .font")
    before = [] if folder is None else _imported_files(folder, slot)
    if before and not replace:
        raise Refused(f"slot {slot} holds {before[0].name}; --replace puts this in its place")


def _install(folder: Path, font: Font, text: str) -> None:
    before = _imported_files(folder, font.slot)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{font.slot}-{_file_name(font.name)}.font"
    _write(path, text)
    for old in before:
        if old != path:
            old.unlink(missing_ok=True)
    typer.echo(f"{path}: {_summary(font)}")
    if font.slot in fontbook.BUILT_IN.slots():
        typer.echo(f"It stands over the built-in font of slot {font.slot}.")


def _imported_files(folder: Path, slot: int) -> list[Path]:
    """Return the files that hold a slot, whatever they call it: `3-x`, `03-x`."""
    found = []
    for path in sorted(folder.glob("*.font")):
        number = path.stem.partition("-")[0]
        if number.isascii() and number.isdigit() and int(number) == slot:
            found.append(path)
    return found


def _summary(font: Font) -> str:
    return f"{font.name!r}, {len(font.glyphs)} letters of {font.rows} rows, slot {font.slot}"


def _file_name(name: str) -> str:
    """Spell a name with the letters every file system takes."""
    plain = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    kept = "".join(one if one.isascii() and one.isalnum() else " " * one.isascii() for one in plain)
    return "-".join(kept.split())[:MAX_FILE_NAME_CHARS].strip("-") or "font"


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all. No secret: the controller may run as another user."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


def _told(letters: Iterable[str]) -> str:
    every = ["space" if letter == " " else letter for letter in letters]
    rest = len(every) - LETTERS_TOLD
    return " ".join(every[:LETTERS_TOLD]) + (f" and {rest} more" if rest > 0 else "")


def _book(data: Path | None) -> FontBook:
    if data is None:
        return fontbook.BUILT_IN
    return fontbook.read_folder(_checked(data) / FOLDER)


def _checked(data: Path) -> Path:
    if not data.is_dir():
        raise Refused(f"--data {data}: no such folder; name the one the controller was given")
    return data


class _Outcome:
    status = FINE


@contextlib.contextmanager
def _refusing() -> Iterator[_Outcome]:
    """Say in one line what cannot be done."""
    outcome = _Outcome()
    try:
        yield outcome
    except (Refused, PlaylistsError, OSError) as exc:
        typer.echo(f"signcast: {exc}", err=True)
        outcome.status = REFUSED
