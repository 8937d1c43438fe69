"""How fast an unseen line of Vietnamese becomes packed LEDs, against Pillow on the same glyphs.

Pillow gets its fastest set-up: our font as an uncompressed BDF file, opened once by FreeType,
basic layout, a 1-bit canvas. Both sides draw the same new lines in turns; before anything is
timed, every picture is compared with the peer's, LED by LED.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import PIL
from PIL import Image, ImageDraw, ImageFont, features

from playlists.text import font as fonts
from playlists.text import raster
from playlists.text.font import Font
from playlists.text.frame import Frame, Geometry
from playlists.text.scene import Motion, Page, Scene

BOARD = Geometry(256, 32)
SLOT = 7
LINE_CHARS = 100
LINES = 2_000
SEED = 20_261_124
NOTICE = (
    "Ủy ban nhân dân phường thông báo tiêm chủng mở rộng từ 7g30 ngày 25/11 tại nhà văn hóa tổ "
    "dân phố đề nghị bà con giữ gìn vệ sinh đường ngõ, phòng cháy chữa cháy rừng mùa khô; mọi "
    "người chú ý: bão số 9 đổ bộ, sơ tán khỏi vùng trũng thấp trước 18 giờ hôm nay"
)


def main() -> None:
    """Compare, time, print."""
    font = fonts.load(SLOT)
    lines = unseen_lines()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "font.bdf"
        path.write_text(bdf(font), "ascii")
        peer = ImageFont.truetype(str(path), font.rows, layout_engine=ImageFont.Layout.BASIC)
        print(
            f"{LINES} unseen lines of {LINE_CHARS} characters, {font.rows}-row font; peer: "
            f"Pillow {PIL.__version__} ImageDraw.text, FreeType {features.version('freetype2')}"
        )
        compare(
            "whole line to a packed strip 32 LEDs tall",
            lines,
            lambda line: raster.strip(line, font, BOARD.height_px).data,
            lambda line: drawn_by_pillow(line, peer, font, font.advance_px(line)),
        )
        compare(
            f"line to a packed frame {BOARD}",
            lines,
            lambda line: first_frame(line, font),
            lambda line: drawn_by_pillow(line, peer, font, BOARD.width_px),
        )


def unseen_lines() -> list[str]:
    """Return lines that no cache can have met before."""
    shuffle = random.Random(SEED)
    return [
        " ".join(shuffle.choices(NOTICE.split(), k=LINE_CHARS))[:LINE_CHARS] for _ in range(LINES)
    ]


def first_frame(line: str, font: Font) -> bytes:
    """Draw a line the way a board gets it: a strip, and the window at its left end."""
    strip = raster.strip(line, font, BOARD.height_px)
    page = Page(strip, Motion.SCROLL_LEFT, 60_000, speed_px_s=1_000)
    return Scene(BOARD, (page,)).frame_at(BOARD.width_px).data


def drawn_by_pillow(line: str, peer: ImageFont.FreeTypeFont, font: Font, width_px: int) -> bytes:
    """Draw a line on a new canvas; what hangs over its right edge is cut off."""
    image = Image.new("1", (width_px, BOARD.height_px))
    top_px = (BOARD.height_px - font.rows) // 2
    ImageDraw.Draw(image).text((0, top_px), line, fill=1, font=peer)
    return image.tobytes()


def compare(
    what: str, lines: list[str], ours: Callable[[str], bytes], theirs: Callable[[str], bytes]
) -> None:
    """Check that both draw the same, then time both on every line and print the ratio."""
    unlike = [line for line in lines if ours(line) != theirs(line)]
    if unlike:
        sys.exit(f"{what}: {len(unlike)} of {len(lines)} lines differ, first: {unlike[0]}")
    ours_us, theirs_us = [], []
    for line in lines:
        ours_us.append(timed_us(ours, line))
        theirs_us.append(timed_us(theirs, line))
    median_us, peer_us = statistics.median(ours_us), statistics.median(theirs_us)
    print(f"\n{what} (equal LED by LED)")
    print(f"  signcast  min {min(ours_us):7.1f} us   median {median_us:7.1f} us")
    print(f"  Pillow    min {min(theirs_us):7.1f} us   median {peer_us:7.1f} us")
    print(f"  ratio     min {min(theirs_us) / min(ours_us):5.2f} x    ", end="")
    print(f"median {peer_us / median_us:5.2f} x    (above 1: signcast is faster)")


def timed_us(draw: Callable[[str], bytes], line: str) -> float:
    """Return how long one drawing took."""
    start_ns = time.perf_counter_ns()
    draw(line)
    return (time.perf_counter_ns() - start_ns) / 1_000


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
