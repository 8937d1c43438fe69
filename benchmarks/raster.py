"""How fast an unseen line of Vietnamese becomes packed LEDs, against Pillow on the same glyphs.

Pillow gets its fastest set-up: our font as an uncompressed BDF file, opened once by FreeType,
basic layout, a 1-bit canvas. All sides draw the same new lines, a batch each in turns; before
anything is timed, every picture is compared with the peer's, LED by LED. A TrueType font draws
letters of its own, so of that peer only the time is compared.
"""

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import PIL
from PIL import Image, ImageDraw, ImageFont, features

from playlists.text import raster, render
from playlists.text.font import Font
from playlists.text.fontbook import BUILT_IN
from playlists.text.frame import Frame, Geometry
from playlists.text.intake import normalise
from playlists.text.layout import Style
from playlists.text.scroll import Scroll

BOARD = Geometry(256, 32)
SLOT = 7
LINE_CHARS = 100
LINES = 4_000
BATCH = 400
ROUNDS = 50
SEED = 20_261_124
TRUETYPE = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/truetype/liberation2/LiberationSans-Regular.ttf"),
)
TRUETYPE_PX = 16
NOTICE = (
    "Ủy ban nhân dân phường thông báo tiêm chủng mở rộng từ 7g30 ngày 25/11 tại nhà văn hóa tổ "
    "dân phố đề nghị bà con giữ gìn vệ sinh đường ngõ, phòng cháy chữa cháy rừng mùa khô; mọi "
    "người chú ý: bão số 9 đổ bộ, sơ tán khỏi vùng trũng thấp trước 18 giờ hôm nay"
)
WARM_UP = """
import time
from playlists.text import raster
from playlists.text.fontbook import BUILT_IN
start_s = time.perf_counter()
raster.line("Ủy ban nhân dân phường thông báo", BUILT_IN.load(7))
print((time.perf_counter() - start_s) * 1000)
"""

Draw = Callable[[Any], object]


def main() -> None:
    """Compare, time, print."""
    font = BUILT_IN.load(SLOT)
    lines = unseen_lines()
    with tempfile.TemporaryDirectory() as folder:
        bitmap = bitmap_peer(font, Path(folder))
        print(
            f"{LINES} unseen lines of {LINE_CHARS} characters, {font.rows}-row font, {BOARD} LEDs; "
            f"peers: Pillow {PIL.__version__} ImageDraw.text, FreeType "
            f"{features.version('freetype2')}"
        )
        stage(lines, font, bitmap)
        whole_path(lines, font, bitmap)
        scroll_step(lines[0], font, bitmap)
    all_frames(lines[0], font)
    growth(font)
    warm_up()


def unseen_lines() -> list[str]:
    """Return lines that no cache can have met before."""
    shuffle = random.Random(SEED)
    long = [" ".join(shuffle.choices(NOTICE.split(), k=LINE_CHARS)) for _ in range(LINES)]
    return [f"{line[: LINE_CHARS - 1].strip()}.".ljust(LINE_CHARS, ".") for line in long]


def stage(lines: Sequence[str], font: Font, bitmap: ImageFont.FreeTypeFont) -> None:
    """Time the raster alone: where the line stands is known; letters are looked up and packed."""
    press = raster.press(font, BOARD.width_px, BOARD.height_px)

    def ours(line: str) -> bytes:
        return press.window(line)

    against("raster stage: a laid-out line to a packed frame", lines, ours, font, bitmap, (15, 100))


def whole_path(lines: Sequence[str], font: Font, bitmap: ImageFont.FreeTypeFont) -> None:
    """Time the way from what was typed, through every stage, to the frame a board shows."""
    style = Style(font=font.slot)

    def ours(line: str) -> bytes:
        return render.glimpse(normalise(line).text, BOARD, style, max_strip_px=20_000).data

    against("whole path: str to a packed frame", lines, ours, font, bitmap, (5, 50))


def against(  # noqa: PLR0917 -- a table's heading, rows and columns
    what: str,
    lines: Sequence[str],
    ours: Draw,
    font: Font,
    bitmap: ImageFont.FreeTypeFont,
    wanted: tuple[int, int],
) -> None:
    """Check that the bitmap peer draws the same, then time each peer in turns with ours."""

    def pillow_bitmap(line: str) -> bytes:
        return drawn_by_pillow(line, bitmap, font, BOARD)

    unlike = [line for line in lines if ours(line) != pillow_bitmap(line)]
    if unlike:
        sys.exit(f"{what}: {len(unlike)} of {len(lines)} lines differ, first: {unlike[0]}")
    print(f"\n{what} (equal to the bitmap peer LED by LED)")
    duel("Pillow, bitmap font", ours, pillow_bitmap, lines, wanted[0])
    truetype = truetype_peer()
    if truetype is not None:
        duel(
            "Pillow, TrueType",
            ours,
            lambda line: drawn_by_pillow(line, truetype, font, BOARD),
            lines,
            wanted[1],
        )


def duel(name: str, ours: Draw, theirs: Draw, things: Sequence[Any], wanted: int) -> None:
    """Time two ways in turns, a batch each, and print both and their ratio."""
    ours_us, theirs_us = [], []
    for batch in batches(things):
        ours_us.append(each_us(ours, batch))
        theirs_us.append(each_us(theirs, batch))
    own_us = report("signcast", ours_us)
    report(name, theirs_us, own_us, min(ours_us), wanted)


def report(
    name: str,
    times_us: Sequence[float],
    ours_us: float | None = None,
    ours_min_us: float = 0,
    wish: int = 0,
) -> float:
    """Print one line of a table; return the median."""
    median_us, min_us = statistics.median(times_us), min(times_us)
    ratio = ""
    if ours_us is not None:
        ratio = (
            f"   ratio: median {median_us / ours_us:6.1f} x   min {min_us / ours_min_us:6.1f} x"
            f"   (wanted {wish} x)"
        )
    print(f"  {name:22} min {min_us:7.2f} us   median {median_us:7.2f} us{ratio}")
    return median_us


def scroll_step(line: str, font: Font, bitmap: ImageFont.FreeTypeFont) -> None:
    """Time one step of a drawn line: the bytes of the next frame."""
    strip = raster.strip(line, font, BOARD.height_px)
    scroll = Scroll(strip, BOARD.width_px)
    canvas = Geometry(strip.width_px + 2 * BOARD.width_px, BOARD.height_px)
    image = Image.new("1", (canvas.width_px, canvas.height_px))
    top_px = (BOARD.height_px - font.rows) // 2
    ImageDraw.Draw(image).text((BOARD.width_px, top_px), line, fill=1, font=bitmap)

    def theirs(step: int) -> bytes:
        return image.crop((step, 0, step + BOARD.width_px, BOARD.height_px)).tobytes()

    def columns_copied(step: int) -> bool:
        return bool(scroll.columns[step].flags.owndata)

    steps = range(scroll.steps)
    frames = scroll.frames
    if any(frames[step].tobytes() != theirs(step) for step in steps):
        sys.exit("scroll step: frames differ")
    if any(columns_copied(step) for step in steps):
        sys.exit("scroll step: a column-major frame was copied")
    columns = scroll.columns
    print("\nscroll step of a drawn line (equal LED by LED)")
    duel("Pillow crop+tobytes", lambda at: frames[at], theirs, steps, 60)
    report("  copied out as bytes", [each_us(lambda at: frames[at].tobytes(), steps)])
    report("  column-major, a view", [each_us(lambda at: columns[at], steps)])


def all_frames(line: str, font: Font) -> None:
    """Time all row-major frames of a scroll at once, against copying as many bytes."""
    strip = raster.strip(line, font, BOARD.height_px)
    size_bytes = Scroll(strip, BOARD.width_px).frames.nbytes
    source, target = np.ones(size_bytes, np.uint8), np.zeros(size_bytes, np.uint8)
    ours_us, copy_us = [], []
    for _ in range(ROUNDS):
        ours_us.append(each_us(lambda one: Scroll(one, BOARD.width_px).frames, [strip] * 5))
        copy_us.append(each_us(lambda one: np.copyto(target, one), [source] * 5))
    gb = size_bytes / 1e3
    ours, copy = statistics.median(ours_us), statistics.median(copy_us)
    print(f"\nall {size_bytes // 1024} row-major frames of the scroll, {size_bytes:,} bytes")
    print(f"  signcast             {gb / ours:6.2f} GB/s   (from the strip, fresh memory)")
    print(f"  memcpy               {gb / copy:6.2f} GB/s   (warm memory)")
    print(f"  share of memcpy      {100 * copy / ours:6.1f} %      (wanted 30 %)")


def growth(font: Font) -> None:
    """Show that a strip costs by the letter, and a window does not care what is beside it."""
    print("\ngrowth with the length of the text")
    text = " ".join([NOTICE] * 8)
    for length in (100, 200, 400, 800, 1_600):
        line = text[:length]
        strip_us = fastest_us(lambda one: raster.strip(one, font, BOARD.height_px), line)
        window_us = fastest_us(raster.press(font, BOARD.width_px, BOARD.height_px).window, line)
        print(
            f"  {length:5} characters   strip {strip_us:7.1f} us = {strip_us / length:5.3f} us each"
            f"   window {window_us:5.1f} us"
        )


def warm_up() -> None:
    """Time the first line in a fresh process: reading the font, filling the glyph store."""
    times_ms = [
        float(subprocess.check_output([sys.executable, "-c", WARM_UP], text=True)) for _ in range(5)
    ]
    print(f"\nfirst line after import: {statistics.median(times_ms):.1f} ms   (wanted < 50 ms)")


def bitmap_peer(font: Font, folder: Path) -> ImageFont.FreeTypeFont:
    """Open our font as FreeType sees it."""
    path = folder / "font.bdf"
    path.write_text(bdf(font), "ascii")
    return ImageFont.truetype(str(path), font.rows, layout_engine=ImageFont.Layout.BASIC)


def truetype_peer() -> ImageFont.FreeTypeFont | None:
    """Open a TrueType font of about the same size, the first that this machine has."""
    path = next((path for path in TRUETYPE if path.exists()), None)
    if path is None:
        print("no TrueType font here. On Debian: apt-get install fonts-dejavu-core")
        return None
    return ImageFont.truetype(str(path), TRUETYPE_PX, layout_engine=ImageFont.Layout.BASIC)


def drawn_by_pillow(line: str, peer: ImageFont.FreeTypeFont, font: Font, canvas: Geometry) -> bytes:
    """Draw a line on a new canvas; what hangs over its right edge is cut off."""
    image = Image.new("1", (canvas.width_px, canvas.height_px))
    top_px = (canvas.height_px - font.rows) // 2
    ImageDraw.Draw(image).text((0, top_px), line, fill=1, font=peer)
    return image.tobytes()


def batches(things: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Divide into batches: long enough to time well, short enough that all meet the same noise."""
    for start in range(0, len(things) - BATCH + 1, BATCH):
        yield things[start : start + BATCH]


def each_us(work: Callable[[Any], object], batch: Sequence[Any]) -> float:
    """Return how long a call took, on average over a batch."""
    start_ns = time.perf_counter_ns()
    for thing in batch:
        work(thing)
    return (time.perf_counter_ns() - start_ns) / 1_000 / len(batch)


def fastest_us(work: Callable[[str], object], line: str) -> float:
    """Return the shortest of many calls."""
    return min(each_us(work, [line] * 10) for _ in range(ROUNDS))


def bdf(font: Font) -> str:
    """Return the font in the Glyph Bitmap Distribution Format 2.1."""
    below = font.rows - font.baseline
    widest_px = max(glyph.shape[1] for glyph in font.glyphs.values())
    head = (
        "STARTFONT 2.1\n"
        "FONT -signcast-board-medium-r-normal--"
        f"{font.rows}-{font.rows * 10}-72-72-p-{widest_px * 10}-ISO10646-1\n"
        f"SIZE {font.rows} 72 72\nFONTBOUNDINGBOX {widest_px} {font.rows} 0 {-below}\n"
        f"STARTPROPERTIES 4\nFONT_ASCENT {font.baseline}\nFONT_DESCENT {below}\n"
        'CHARSET_REGISTRY "ISO10646"\nCHARSET_ENCODING "1"\nENDPROPERTIES\n'
        f"CHARS {len(font.glyphs)}\n"
    )
    letters = (bdf_letter(letter, font) for letter in sorted(font.glyphs))
    return head + "".join(letters) + "ENDFONT\n"


def bdf_letter(letter: str, font: Font) -> str:
    """Return one letter's part of the file."""
    packed = Frame.from_bitmap(font.glyphs[letter].astype(bool))
    stride = packed.stride_bytes
    rows = (packed.data[at : at + stride] for at in range(0, len(packed.data), stride))
    bitmap = "\n".join(row.hex().upper() for row in rows)
    return (
        f"STARTCHAR U{ord(letter):04X}\nENCODING {ord(letter)}\n"
        f"SWIDTH {packed.width_px * 1000 // font.rows} 0\nDWIDTH {packed.width_px} 0\n"
        f"BBX {packed.width_px} {font.rows} 0 {font.baseline - font.rows}\n"
        f"BITMAP\n{bitmap}\nENDCHAR\n"
    )


if __name__ == "__main__":
    main()
