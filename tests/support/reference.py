"""An independent, slow and obvious rendering of our fonts: its own parser, pixel by pixel.

It shares no line with playlists.text; where both agree, neither is wrong by itself.
"""

from functools import cache
from pathlib import Path

FONTS = Path(__file__).resolve().parents[2] / "playlists" / "text" / "fonts"


@cache
def glyphs(slot):
    (path,) = FONTS.glob(f"{slot}-*.font")
    drawn, marks = {}, {}
    for block in path.read_text("utf-8").strip().split("\n\n")[1:]:
        title, *rows = block.strip("\n").split("\n")
        if title.startswith("mark "):
            marks[title[5:]] = rows
        elif "=" in title.split(" ")[2:]:
            for recipe in (title, *rows):
                code, _label, _equals, base, *placed = recipe.split(" ")
                drawn[chr(int(code.removeprefix("U+"), 16))] = marked(drawn[base], placed, marks)
        else:
            drawn[chr(int(title.split(" ")[0].removeprefix("U+"), 16))] = rows
    return drawn


def marked(base, placed, marks):
    """Light every LED of the letter and of its marks on a sheet that grows to both sides."""
    lit = {(x, y) for y, row in enumerate(base) for x, led in enumerate(row) if led == "@"}
    left, right = 0, len(base[0])
    for plus, name, column, top in zip(*[iter(placed)] * 4, strict=True):
        assert plus == "+"
        mark = marks[name]
        left, right = min(left, int(column)), max(right, int(column) + len(mark[0]))
        for y, row in enumerate(mark):
            lit |= {(int(column) + x, int(top) + y) for x, led in enumerate(row) if led == "@"}
    return ["".join(".@"[(x, y) in lit] for x in range(left, right)) for y in range(len(base))]


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


def board(lines, slot, width_px, height_px, gap=1):
    """Return a board with centred lines, `gap` dark rows between them."""
    picture = [["."] * width_px for _ in range(height_px)]
    tall = len(render_line("", slot))
    top = (height_px - (tall * len(lines) + gap * (len(lines) - 1))) // 2
    for line in lines:
        rows = render_line(line, slot)
        left = (width_px - len(rows[0])) // 2
        for y, row in enumerate(rows):
            for x, led in enumerate(row):
                picture[top + y][left + x] = led
        top += tall + gap
    return "\n".join("".join(row) for row in picture)


def strip(line, slot, height_px):
    """Return a whole line on a strip as tall as a board, vertically centred."""
    rows = render_line(line, slot)
    above = (height_px - len(rows)) // 2
    below = height_px - len(rows) - above
    dark = "." * len(rows[0])
    return "\n".join([dark] * above + rows + [dark] * below)
