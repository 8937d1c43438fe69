"""A picture message read by hand from the vendor's tables: the witness that shares no code.

`field(n)` takes the next n bytes as one number, low byte first, in the order of the tables in
"5th/6th dynamic area user manual" (onbonlab/BX-V-VI), chapters 2.3, 4, 5.1.1, 5.4.1, appendix 2.
"""

ESCAPES = {(0xA6, 2): 0xA5, (0xA6, 1): 0xA6, (0x5B, 2): 0x5A, (0x5B, 1): 0x5B}


def plain(frame):
    """Return what is between the A5s and the 5A, escapes undone, its CRC checked and taken off."""
    assert frame[:8] == b"\xa5" * 8
    assert frame[-1] == 0x5A
    inside, out = list(frame[8:-1]), []
    while inside:
        byte = inside.pop(0)
        assert byte not in {0xA5, 0x5A}
        out.append(ESCAPES[byte, inside.pop(0)] if byte in {0xA6, 0x5B} else byte)
    remainder = 0
    for byte in out[:-2]:
        for bit in range(8):
            odd = (remainder ^ byte >> bit) & 1
            remainder = remainder >> 1 ^ (0xA001 if odd else 0)
    assert out[-2:] == [remainder & 0xFF, remainder >> 8]
    return out[:-2]


class Reader:
    def __init__(self, data):
        self.data = list(data)

    def field(self, size):
        taken, self.data = self.data[:size], self.data[size:]
        assert len(taken) == size
        return sum(byte << 8 * at for at, byte in enumerate(taken))


def picture(frame, generation):
    """Return number, x, y, width, height and pixels of a picture message, every field checked."""
    field = Reader(plain(frame)).field
    reader = field.__self__
    address = field(2)
    assert field(2) == 0x8000  # SrcAddr
    assert field(1) == 0xF0  # ProtocolVer
    assert field(1) == 0
    assert field(2) == 0xFFFE  # DeviceType, the wildcard of the ping example
    assert field(4) == 0
    assert field(4) == len(reader.data)  # DataLen
    assert (field(1), field(1), field(1)) == (1, 0xA7, 0x00)  # RtnReq, CmdGroup, Cmd
    assert field(2) == 0
    if generation == 6:
        assert field(2) == 1  # AreaNum
    area_bytes, before = field(4), len(reader.data)
    number = field(1)
    assert field(1) == 0  # RunMode: in a loop
    assert field(2) == 0  # Timeout
    assert field(1) == 1  # RelateAllPro
    assert field(2) == 0  # RelateProNum: so no RelateProSerial follows
    assert field(1) == 1  # ImmePlay: programs stop, only this area plays
    assert field(4) == 0
    assert field(1) == 0x10  # AreaType
    x, y, width, height = field(2), field(2), field(2), field(2)
    assert field(1) == 0  # AreaFFlag: no frame, so no frame fields follow
    if generation == 6:
        assert field(1) == 0  # BackGroundFlag
        assert field(1) == 0  # Transparency
        assert field(1) == 0  # AreaEqual
        assert field(1) == 0  # SoundFlag: so no sound fields follow
        assert field(5) == 0
    assert field(2) == 1  # PageNum
    page_bytes, page_before = field(4), len(reader.data)
    assert field(1) == 0  # PageStyle
    assert field(1) == 1  # DisplayMode: stands
    assert field(1) == 0  # ClearMode
    field(1)  # Speed means nothing for what stands
    assert field(2) > 0  # StayTime
    assert field(1) == 1  # RepeatTime
    assert field(2) == width  # ValidLen
    assert field(9 if generation == 6 else 4) == 0
    if generation == 6:
        assert field(4) == 0  # DataOffset
        assert field(4) == len(reader.data)  # DataLen
        assert page_bytes == page_before - len(reader.data)
        assert area_bytes == before - len(reader.data)
    else:
        assert page_bytes == page_before
        assert area_bytes == before
    return address, number, (x, y, width, height), bytes(reader.data)


def leds_bx5(pixels, width, height, colours):
    """Return {(x, y): which colours are lit} of an area at column 0: a byte of each by turns."""
    lit, at = {}, 0
    for y in range(height):
        for byte_column in range((width + 7) // 8):
            taken = pixels[at : at + colours]
            at += colours
            for bit in range(8):
                x = 8 * byte_column + bit
                dark = [byte >> 7 - bit & 1 for byte in taken]
                if x < width:
                    lit[x, y] = [not each for each in dark]
                else:
                    assert all(dark)
    assert at == len(pixels)
    return lit


def leds_bx6(pixels, width, height, colours):
    """Return {(x, y): which colours are lit} of an area at column 0: planes of 32-bit words."""
    words_a_row = (width + 31) // 32
    assert len(pixels) == 4 * colours * height * words_a_row
    lit = {(x, y): [None] * colours for x in range(width) for y in range(height)}
    for index in range(len(pixels) // 4):
        word = sum(pixels[4 * index + at] << 8 * at for at in range(4))
        colour, rest = divmod(index, height * words_a_row)
        y, word_column = divmod(rest, words_a_row)
        for bit in range(32):
            x, dark = 32 * word_column + bit, word >> 31 - bit & 1
            if x < width:
                lit[x, y][colour] = not dark
            else:
                assert dark
    return lit
