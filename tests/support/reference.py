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


def read_line(rows, slot):
    """Read a drawn line back: which letters stand there; None when something is no letter.

    The other way round than drawing: at each column the letters of the font are held against the
    picture. Where one letter is the beginning of another both are tried.
    """
    letters = sorted(glyphs(slot).items(), key=lambda pair: -len(pair[1][0]))
    width_px = len(rows[0])
    dead_ends = set()

    def read(column, text):
        if all("@" not in row[column:] for row in rows):
            return text
        if column in dead_ends:
            return None
        for letter, drawn in letters:
            advance_px = len(drawn[0])
            if column + advance_px <= width_px and all(
                row[column : column + advance_px] == part
                for row, part in zip(rows, drawn, strict=True)
            ):
                found = read(column + advance_px, text + letter)
                if found is not None:
                    return found
        dead_ends.add(column)
        return None

    first = min(row.index("@") for row in rows if "@" in row)
    starts = range(max(0, first - max(len(drawn[0]) for _, drawn in letters)), first + 1)
    return next((text for text in (read(start, "") for start in starts) if text), None)
