import subprocess
import sys

import numpy as np
import pytest
from foreign_fonts import bdf
from PIL import Image
from rich.cells import cell_len
from typer.testing import CliRunner

from api.cli import fontshelf, specimen
from api.cli.app import app
from playlists.text import alphabet, fontbook
from playlists.text.font import Font
from playlists.text.fontbook import BUILT_IN

SMALLEST = BUILT_IN.load(BUILT_IN.slots()[0])
CLEAN = {
    one: np.pad(glyph, ((0, 0), (0, 1))) if glyph[:, -1].any() else glyph
    for one, glyph in SMALLEST.glyphs.items()
}
"""The same letters, a dark column on the right of each."""
FREE_SLOT = 42
ROWS = str(SMALLEST.rows)


@pytest.fixture
def signcast(monkeypatch):
    """Run `signcast fonts …` on a terminal 200 columns wide."""
    monkeypatch.setattr(fontshelf.console, "_width", 200)

    def run(*arguments, status=0):
        done = CliRunner().invoke(app, ["fonts", *map(str, arguments)])
        assert done.exit_code == status, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit)
        if status == 2:
            assert done.stderr.count("\n") == 1
        return done.stdout + done.stderr

    return run


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "dữ liệu"  # a space and accents, as on any operator's disk
    folder.mkdir()
    return folder


@pytest.fixture
def foreign(tmp_path):
    """A BDF file of one of our fonts and three letters it lacks."""
    glyphs = {**CLEAN, "Ж": CLEAN["H"], "Ω": CLEAN["O"], "漢": CLEAN["W"]}
    path = tmp_path / "foreign.bdf"
    path.write_bytes(bdf(Font(0, "", SMALLEST.rows, SMALLEST.baseline, 1, glyphs)))
    return path


def imported(data, slot=FREE_SLOT):
    return fontbook.read_folder(data / "fonts").load(slot)


def test_every_font_has_a_row_and_columns_align(signcast):
    first, *rows, legend = signcast("list").splitlines()
    assert [row.split()[0] for row in rows] == [str(slot) for slot in BUILT_IN.slots()]
    assert "Widths" in legend
    at = first.index("from")
    for row, font in zip(rows, map(BUILT_IN.load, BUILT_IN.slots()), strict=True):
        assert font.name in row
        cells = row[row.index(font.name) + len(font.name) :].split()
        widths = [glyph.shape[1] for glyph in font.glyphs.values()]
        assert cells[:3] == [str(font.rows), str(font.baseline), str(len(widths))]
        assert cells[3] == str(font.glyphs["0"].shape[1])
        assert cells[4:6] == [str(max(widths)), f"{sum(widths) / len(widths):.1f}"]
        assert cell_len(row[: row.index("built in")]) == at


def test_a_data_folder_that_is_not_there_is_named(signcast, data):
    for command in (["list"], ["show", 1], ["check"], ["import", __file__, "--slot=1", "--rows=9"]):
        assert "no such folder" in signcast(*command, "--data", data / "x", status=2)


def test_an_imported_font_is_listed_shown_and_lends_letters(signcast, data, foreign):
    told = signcast(
        *("import", foreign, "--slot", FREE_SLOT, "--rows", ROWS, "--name", "Của [b]tôi"),
        *("--licence", "CC0", "--data", data),
    )
    path = data / "fonts" / f"{FREE_SLOT}-cua-b-toi.font"
    assert f"{path}: 'Của [b]tôi', {len(CLEAN) + 2} letters" in told
    assert "licence CC0\n" in path.read_text("utf-8")
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    same(imported(data).glyphs, CLEAN, beyond={"Ж", "Ω"})

    rows = signcast("list", "--data", data).splitlines()
    (row,) = [row for row in rows if row.startswith(str(FREE_SLOT))]
    assert "Của [b]tôi" in row
    assert row.split("imported from foreign.bdf")[0].rstrip().endswith("  imported")
    assert any("built in, 2 letters lent" in row for row in rows)
    drawn = signcast("show", FREE_SLOT, "ЖΩ", "--data", data)
    assert drawn == signcast("show", SMALLEST.slot, "HO")
    assert "nothing is wrong" in signcast("check", FREE_SLOT, "--data", data)


def test_all_letters_come_when_asked_for(signcast, data, foreign):
    arguments = ("import", foreign, "--slot", FREE_SLOT, "--rows", ROWS, "--data", data)
    signcast(*arguments)
    assert "漢" not in imported(data).glyphs
    signcast(*arguments, "--all", "--replace")
    assert "漢" in imported(data).glyphs


def test_an_imported_slot_is_replaced_only_on_request(signcast, data, foreign):
    arguments = ("import", foreign, "--slot", FREE_SLOT, "--rows", ROWS, "--data", data)
    signcast(*arguments, "--name", "Một")
    before = (data / "fonts" / "42-mot.font").read_bytes()
    assert "--replace" in signcast(*arguments, "--name", "Hai", status=2)
    assert [one.read_bytes() for one in (data / "fonts").iterdir()] == [before]
    signcast(*arguments, "--name", "Hai", "--replace")
    assert [one.name for one in (data / "fonts").iterdir()] == ["42-hai.font"]
    assert imported(data).name == "Hai"


def test_a_font_over_a_built_in_one_is_allowed_and_said(signcast, data, foreign):
    slot = BUILT_IN.slots()[1]
    told = signcast("import", foreign, "--slot", slot, "--rows", ROWS, "--data", data)
    assert f"over the built-in font of slot {slot}" in told
    assert imported(data, slot).rows == SMALLEST.rows


def test_a_font_may_be_written_to_a_file_and_checked_there(signcast, foreign, tmp_path):
    out = tmp_path / "mine.font"
    signcast("import", foreign, "--slot", 1, "--rows", ROWS, "--out", out)
    assert Font.parse(out.read_text("utf-8"), 1).rows == SMALLEST.rows
    assert signcast("check", out) == f"{out}: nothing is wrong\n"


def test_what_was_left_out_is_said(signcast, data, foreign):
    shifted = foreign.read_bytes().replace(b"ENCODING 1046\n", b"ENCODING 1047\n")
    box = b"BBX %d %d 0 " % (CLEAN["H"].shape[1], SMALLEST.rows)
    head, tail = shifted.split(b"ENCODING 1047\n")
    foreign.write_bytes(head + b"ENCODING 1047\n" + tail.replace(box, box + b"9", 1))
    told = signcast("import", foreign, "--slot", 1, "--rows", ROWS, "--data", data)
    assert "Left out, taller than the rows (1): З\n" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rows", ROWS], "--data DIR"),
        (["--rows", ROWS, "--out", "x.txt"], ".font"),
        (["--rows", "3", "--out", "x.font"], f"smallest size has {ROWS} rows"),
    ],
)
def test_an_import_that_cannot_be_says_what_to_do(signcast, foreign, arguments, said):
    assert said in signcast("import", foreign, "--slot", 1, *arguments, status=2)


def test_a_file_that_is_no_font_or_not_there_is_refused(signcast, data, tmp_path):
    (tmp_path / "x.ttf").write_bytes(b"\0\1\0\0 nothing of the kind")
    for name in ("x.ttf", "y.ttf"):
        arguments = ("import", tmp_path / name, "--slot", 1, "--rows", 16, "--data", data)
        signcast(*arguments, status=2)
    assert not list(data.iterdir())


@pytest.mark.parametrize(
    ("arguments", "blamed"),
    [(["--slot=100", "--rows=9"], "--slot"), (["--slot=1", "--rows=65"], "--rows")],
)
def test_slots_and_rows_out_of_range_are_usage_errors(arguments, blamed):
    done = CliRunner().invoke(app, ["fonts", "import", __file__, *arguments])
    assert done.exit_code == 2
    assert blamed in done.stderr


def test_half_blocks_show_every_led():
    tall = np.array([[1, 0, 1, 0], [1, 1, 0, 0], [0, 1, 0, 0]], np.bool_)
    assert specimen.blocks(tall) == "█▄▀\n ▀"


def test_a_text_is_shown_whole_and_within_the_terminal(signcast, monkeypatch):
    font, text = SMALLEST, "Thông báo họp tổ dân phố"
    whole = signcast("show", font.slot, text)
    assert whole == specimen.blocks(specimen.line(text, font)) + "\n"
    monkeypatch.setattr(fontshelf.console, "_width", 40)
    narrow = signcast("show", font.slot, text)
    assert max(map(len, narrow.splitlines())) <= 40
    assert ink(narrow) == ink(whole)
    assert len(signcast("show", font.slot).splitlines()) > len(whole.splitlines())


def ink(text):
    return sum({"█": 2, "▀": 1, "▄": 1}.get(block, 0) for block in text)


def test_a_word_wider_than_a_line_is_cut_between_letters():
    font = SMALLEST
    cut = specimen.lines("Nghiêng" * 4 + "\n\nxa", font, 40)
    assert "".join(cut) == "Nghiêng" * 4 + "xa"
    assert cut[-2:] == ["", "xa"]
    assert all(font.advance_px(one) <= 40 for one in cut)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([99], "no font in slot 99"),
        ([SMALLEST.slot, "漢"], "漢"),
        ([SMALLEST.slot, ""], "no text"),
        ([SMALLEST.slot, "a", "--out", "x.gif"], ".png"),
        ([], "--out"),
    ],
)
def test_what_cannot_be_shown_is_refused(signcast, arguments, said):
    assert said in signcast("show", *arguments, status=2)


def test_a_picture_has_a_square_of_amber_for_every_lit_led(signcast, tmp_path):
    out = tmp_path / "x.png"
    signcast("show", SMALLEST.slot, "Chào", "--out", out)
    pixels = np.array(Image.open(out).convert("RGB"))
    pitch = fontshelf.SHOW_PITCH_PX
    lit = (pixels[pitch // 2 :: pitch, pitch // 2 :: pitch] == (255, 176, 0)).all(axis=2)
    drawn = specimen.line("Chào", SMALLEST)
    columns = np.flatnonzero(drawn.any(axis=0))
    assert np.array_equal(lit[2:-2, 2:-2], drawn[:, : columns[-1] + 1])


def test_the_sheet_shows_every_letter_of_every_font(signcast, tmp_path):
    out = tmp_path / "sheet.png"
    signcast("show", "--out", out)
    pixels = np.array(Image.open(out).convert("RGB"))
    pitch, margin = specimen.PITCH_PX, specimen.MARGIN_LEDS
    lit = (pixels[::pitch, ::pitch] == (255, 176, 0)).all(axis=2)[:, margin:-margin]
    fonts = [BUILT_IN.load(slot) for slot in BUILT_IN.slots()]
    samples = [specimen.sample(font) for font in fonts]
    assert all(set(alphabet.EVERY) <= set(sample) for sample in samples)
    wanted = [
        specimen.line(one, font)
        for font, sample in zip(fonts, samples, strict=True)
        for one in specimen.lines(sample, font, specimen.SHEET_LEDS)
    ]
    assert lit.sum() == sum(line.sum() for line in wanted)
    at = 0
    for line in wanted:  # each line is found below the one before
        windows = range(at, lit.shape[0] - line.shape[0] + 1)
        rows, columns = line.shape
        at = next(row for row in windows if np.array_equal(lit[row : row + rows, :columns], line))
        at += rows


def test_fonts_with_faults_fail_the_check(signcast, tmp_path):
    path = tmp_path / "bad.font"
    glyphs = dict(CLEAN)
    del glyphs["ẫ"], glyphs["~"], glyphs["№"]
    glyphs["ậ"] = glyphs["ấ"]
    glyphs["1"] = np.pad(glyphs["1"], ((0, 0), (0, 1)))
    glyphs["a"], glyphs["→"] = glyphs["a"].copy(), glyphs["→"].copy()
    glyphs["a"][:, -1] = glyphs["→"][:, -1] = 1
    write_font(path, glyphs)
    told = signcast("check", path, status=1).splitlines()
    assert [one.removeprefix(f"{path}: ") for one in told] == [
        "Vietnamese letters not drawn: ẫ",
        "ASCII not drawn: ~",
        "official punctuation not drawn: №",
        "drawn alike: ấ ậ",
        told[4].removeprefix(f"{path}: "),
        "no dark column on the right, so they touch what follows: a",
    ]
    assert "digits of different widths: 0 " in told[4]


def write_font(path, glyphs):
    head = f"name x\nrows {SMALLEST.rows}\nbaseline {SMALLEST.baseline}"
    blocks = [
        f"U+{ord(one):04X} {'space' if one == ' ' else one}\n"
        + "\n".join("".join(".@"[led] for led in row) for row in glyph)
        for one, glyph in glyphs.items()
    ]
    path.write_text("\n\n".join([head, *blocks]) + "\n", "utf-8")


def test_a_file_that_is_no_font_fails_the_check_and_a_missing_one_is_refused(signcast, tmp_path):
    (tmp_path / "x.font").write_bytes(b"\xff\xfe")
    (tmp_path / "y.font").write_text("name y", "utf-8")
    assert (
        len(signcast("check", tmp_path / "x.font", tmp_path / "y.font", status=1).splitlines()) == 2
    )
    assert "name a slot or a .font file" in signcast("check", tmp_path / "z.font", status=2)
    assert "no font in slot 98" in signcast("check", 98, status=2)


@pytest.mark.parametrize("arguments", [[], ["list"], ["show"], ["check"], ["import"]])
def test_help_teaches_with_examples_and_loads_nothing_heavy(arguments):
    program = (
        "import sys; from api.__main__ import main\n"
        "try: main()\n"
        "finally: print([one for one in ('numpy', 'PIL', 'freetype') if one in sys.modules])"
    )
    command = [sys.executable, "-P", "-c", program, "fonts", *arguments, "--help"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stdout.endswith("[]\n")
    assert "signcast fonts" in done.stdout or arguments in ([], ["list"])


def same(ours, theirs, beyond):
    assert set(ours) == {*theirs, *beyond}
    assert all(np.array_equal(ours[one], theirs[one]) for one in theirs)
