"""Font files of other programs, written from our drawings as their formats ask."""

import struct

import numpy as np


def bdf(font, letters=None, *, registry="ISO10646", trimmed=False):
    """Write BDF 2.1 (Adobe technical note 5005). Trimmed: each letter's box is its ink."""
    descent = font.rows - font.baseline
    drawn = {one: font.glyphs[one] for one in letters or font.glyphs}
    lines = [
        "STARTFONT 2.1",
        f"FONT -signcast-test-medium-r-normal--{font.rows}-160-75-75-p-80-{registry}-1",
        f"SIZE {font.rows} 75 75",
        f"FONTBOUNDINGBOX {max(one.shape[1] for one in drawn.values())} {font.rows} 0 {-descent}",
        "STARTPROPERTIES 5",
        f"FONT_ASCENT {font.baseline}",
        f"FONT_DESCENT {descent}",
        f'CHARSET_REGISTRY "{registry}"',
        'CHARSET_ENCODING "1"',
        'FAMILY_NAME "Test Family"',
        "ENDPROPERTIES",
        f"CHARS {len(drawn)}",
    ]
    for letter, glyph in drawn.items():
        rows, columns = (np.flatnonzero(glyph.any(axis=axis)) for axis in (1, 0))
        top, bottom, left, right = 0, font.rows, 0, glyph.shape[1]
        if trimmed and rows.size:
            top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
        lines += [
            f"STARTCHAR U{ord(letter):04X}",
            f"ENCODING {ord(letter)}",
            "SWIDTH 500 0",
            f"DWIDTH {glyph.shape[1]} 0",
            f"BBX {right - left} {bottom - top} {left} {font.baseline - bottom}",
            "BITMAP",
            *(row.tobytes().hex() for row in np.packbits(glyph[top:bottom, left:right], axis=1)),
            "ENDCHAR",
        ]
    return "\n".join([*lines, "ENDFONT", ""]).encode("ascii")


def pcf(font):
    """Write PCF as libXfont reads it: most significant byte and bit first, rows of 4 bytes."""
    layout = 2 | 4 | 8
    letters = sorted(font.glyphs)
    descent = font.rows - font.baseline
    metrics = [
        struct.pack(">hhhhhH", 0, font.glyphs[one].shape[1], font.glyphs[one].shape[1],
                    font.baseline, descent, 0)
        for one in letters
    ]  # fmt: skip
    pictures = [_rows_of_four_bytes(font.glyphs[one]) for one in letters]
    offsets = np.cumsum([0, *map(len, pictures)])[:-1]
    whole = b"".join(pictures)
    index = np.full((0x100, 0x100), 0xFFFF, ">u2")
    for at, one in enumerate(letters):
        index[divmod(ord(one), 0x100)] = at
    words = [(b"CHARSET_REGISTRY", b"ISO10646"), (b"CHARSET_ENCODING", b"1")]
    strings = b"".join(word + b"\0" for pair in words for word in pair)
    starts = [strings.index(word + b"\0") for pair in words for word in pair]
    tables = {
        1: struct.pack(">i", 2)
        + b"".join(
            struct.pack(">ibi", *one) for one in zip(starts[::2], (1, 1), starts[1::2], strict=True)
        )
        + bytes(2)
        + struct.pack(">i", len(strings))
        + strings,
        2: bytes(8)
        + struct.pack(">iii", font.baseline, descent, 0)
        + metrics[0]
        + max(metrics, key=lambda one: one[4:6]),
        4: struct.pack(">i", len(letters)) + b"".join(metrics),
        8: struct.pack(f">i{len(letters)}i", len(letters), *offsets)
        + struct.pack(">4i", *[len(whole)] * 4)
        + whole,
        32: struct.pack(">5h", 0, 0xFF, 0, 0xFF, 0) + index.tobytes(),
    }
    head, body = b"\1fcp" + struct.pack("<i", len(tables)), b""
    start = len(head) + 16 * len(tables)
    for kind, content in tables.items():
        table = struct.pack("<i", layout) + content + bytes(-len(content) % 4)
        head += struct.pack("<4i", kind, layout, len(table), start + len(body))
        body += table
    return head + body


def _rows_of_four_bytes(glyph):
    packed = np.packbits(glyph, axis=1)
    return np.pad(packed, ((0, 0), (0, -packed.shape[1] % 4))).tobytes()
