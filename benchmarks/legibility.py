"""How well each font is read: character error rate of an optical reader, beside DejaVu Sans.

Lines of Vietnamese office prose are drawn one pixel per LED, black on white, enlarged four times
and blurred a little, as an eye at a distance blurs them; Debian's tesseract reads them in page
mode 7. `legibility/tuning.txt` is for drawing letters by; `legibility/final.txt` is measured, and
never looked at while drawing.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from playlists.text import raster
from playlists.text.font import Font
from playlists.text.fontbook import BUILT_IN

LINES = Path(__file__).parent / "legibility"
PEER = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
SCALE = 4
BLUR_LED = 0.6
MARGIN_LED = 4
WANTED_PCT = {8: 25.0, 10: 6.0, 12: 2.0, 14: 1.0}
WANTED_LARGER_PCT = 0.5
READ_TIMEOUT_S = 900
TALLEST = "ẨẪẬgjq"

Draw = Callable[[str], Image.Image]
"""A line of text as a picture of mode L, ink 0 on 255, one pixel per LED."""


def main() -> None:
    """Read every wished slot and print a table."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--slot", type=int, action="append", help="only this slot; may be repeated")
    wish.add_argument("--lines", default="final", choices=["final", "tuning"])
    wish.add_argument("--show", action="store_true", help="print the lines that were misread")
    wished = wish.parse_args()
    lines = (LINES / f"{wished.lines}.txt").read_text("utf-8").splitlines()
    letters = sum(map(len, lines))
    print(f"\n{len(lines)} lines, {letters} characters of office prose ({wished.lines}), CER in %")
    print("slot  rows  name                      signcast   wanted   DejaVu Sans   ratio")
    for slot in wished.slot or BUILT_IN.slots():
        font = BUILT_IN.load(slot)
        ours = error_rate_pct(lambda line, font=font: drawn(line, font), lines, show=wished.show)
        theirs = error_rate_pct(peer(font.rows), lines) if PEER.exists() else float("nan")
        wanted = WANTED_PCT.get(font.rows, WANTED_LARGER_PCT)
        print(
            f"{slot:4}  {font.rows:4}  {font.name:24}  {ours:8.2f} {wanted:8.2f} {theirs:13.2f}"
            f" {theirs / max(ours, 0.01):7.1f} x",
            flush=True,
        )


def drawn(line: str, font: Font) -> Image.Image:
    """Draw a line in one of our fonts."""
    return Image.fromarray(np.where(raster.line(line, font), 0, 255).astype(np.uint8))


def peer(rows: int) -> Draw:
    """Return DejaVu Sans, hinted, at the largest size whose letters have at most `rows` rows."""
    size_px = max(size for size in range(4, 64) if _ink_rows(_peer_at(size)) <= rows)
    font = _peer_at(size_px)

    def draw(line: str) -> Image.Image:
        left, top, right, bottom = font.getbbox(line, mode="1")
        image = Image.new("1", (int(right - left), int(bottom - top)), 1)
        ImageDraw.Draw(image).text((-left, -top), line, fill=0, font=font)
        return image.convert("L")

    return draw


def _peer_at(size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(PEER), size_px, layout_engine=ImageFont.Layout.BASIC)


def _ink_rows(font: ImageFont.FreeTypeFont) -> float:
    _, top, _, bottom = font.getbbox(TALLEST, mode="1")
    return bottom - top


def error_rate_pct(draw: Draw, lines: Sequence[str], *, show: bool = False) -> float:
    """Return how many characters of a hundred are misread."""
    said = read([seen_from_afar(draw(line)) for line in lines])
    wrong = 0
    for line, got in zip(lines, said, strict=True):
        errors = distance(line, got)
        wrong += errors
        if show and errors:
            print(f"  {errors:3}  {line}\n       {got}")
    return 100 * wrong / sum(map(len, lines))


def seen_from_afar(image: Image.Image) -> Image.Image:
    """Enlarge and blur."""
    margin = MARGIN_LED
    framed = Image.new("L", (image.width + 2 * margin, image.height + 2 * margin), 255)
    framed.paste(image, (margin, margin))
    size = (framed.width * SCALE, framed.height * SCALE)
    large = framed.resize(size, Image.Resampling.NEAREST)
    return large.filter(ImageFilter.GaussianBlur(BLUR_LED * SCALE))


def read(images: Sequence[Image.Image]) -> list[str]:
    """Return what tesseract reads in each picture."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number:04}.png" for number in range(len(images))]
        for path, image in zip(paths, images, strict=True):
            image.save(path)
        listing = Path(folder) / "list.txt"
        listing.write_text("\n".join(map(str, paths)), "utf-8")
        command = ["tesseract", str(listing), "stdout", "-l", "vie", "--psm", "7"]
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                check=True,
                env=environment,
                timeout=READ_TIMEOUT_S,
            )
        except FileNotFoundError:
            sys.exit("tesseract is missing. On Debian: apt-get install tesseract-ocr-vie")
    pages = done.stdout.decode("utf-8").split("\f")[: len(images)]
    return [unicodedata.normalize("NFC", " ".join(page.split())) for page in pages]


def distance(wanted: str, got: str) -> int:
    """Return the Levenshtein distance of two texts."""
    row = list(range(len(got) + 1))
    for at, letter in enumerate(wanted, start=1):
        left_above, row[0] = row[0], at
        for column, other in enumerate(got, start=1):
            left_above, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, left_above + (letter != other)),
            )
    return row[-1]


if __name__ == "__main__":
    main()
