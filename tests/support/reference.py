"""An independent, slow and obvious rendering of our fonts: its own parser, pixel by pixel.

It shares no line with playlists.text; where both agree, neither is wrong by itself.
"""

from functools import cache
from pathlib import Path

FONTS = Path(__file__).resolve().parents[2] / "playlists" / "text" / "fonts"


@cache
def glyphs(slot):
    (path,) = FONTS.glob(f"{slot}-*.font")
    drawn, letter = {}, None
    for row in path.read_text("utf-8").split("\n"):
        if row.startswith("U+"):
            letter = chr(int(row.split(" ")[0].replace("U+", "0x"), 16))
            drawn[letter] = []
        elif letter is not None and row and set(row) <= {".", "@"}:
            drawn[letter].append(row)
    return drawn


def render_line(text, slot):
    """Return the rows of a line as texts of '.' and '@'."""
    font = glyphs(slot)
    rows = [""] * len(font["A"])
    for letter in text:
        for index, row in enumerate(font[letter]):
            rows[index] += row
    return rows


def width(text, slot):
    return sum(len(glyphs(slot)[letter][0]) for letter in text)


def wrap(text, slot, width_px):
    """Break between words, greedily; None when a word is wider than the board."""
    lines = [[]]
    for word in text.split(" "):
        if width(word, slot) > width_px:
            return None
        if width(" ".join([*lines[-1], word]), slot) > width_px:
            lines.append([])
        lines[-1].append(word)
    return [" ".join(words) for words in lines]


def board(lines, slot, width_px, height_px):
    """Return a board with centred lines, one dark row between them."""
    picture = [["."] * width_px for _ in range(height_px)]
    tall = len(render_line("", slot))
    top = (height_px - (tall * len(lines) + len(lines) - 1)) // 2
    for line in lines:
        rows = render_line(line, slot)
        left = (width_px - len(rows[0])) // 2
        for y, row in enumerate(rows):
            for x, led in enumerate(row):
                picture[top + y][left + x] = led
        top += tall + 1
    return "\n".join("".join(row) for row in picture)


def strip(line, slot, height_px):
    """Return a whole line on a strip as tall as a board, vertically centred."""
    rows = render_line(line, slot)
    above = (height_px - len(rows)) // 2
    below = height_px - len(rows) - above
    dark = "." * len(rows[0])
    return "\n".join([dark] * above + rows + [dark] * below)
