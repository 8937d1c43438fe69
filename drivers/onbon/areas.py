"""Dynamic areas as arguments: pictures for graphic cards, GBK texts for font cards.

Dynamic areas live in memory without a battery; they may be replaced as often as one likes (G6
1.3, K 8.2). Readers raise ValueError or struct.error for nonsense.
"""

import struct
from typing import Final

from drivers.onbon.packets import (
    ALL,
    DeleteAreas,
    PictureArea,
    RunMode,
    TextArea,
    UpdateAreas,
)

_BX6_COUNT: Final = struct.Struct("<HI")
"""Areas in this message, and how long the parameters of the first are (G6 5.4.1)."""
_BX5_LENGTH: Final = struct.Struct("<I")
"""How long all that follows is (G5 5.4.1)."""
_PLACE: Final = struct.Struct("<BBHBHB4xBHHHHB")
"""Number, run mode, timeout, with all programs?, with how many?, alone?, type, place, frame."""
_BX6_LOOKS: Final = struct.Struct("<BBBB5x")
"""Background, transparency, background of another size, voice: none of them (G6 5.4.1)."""
_PAGES: Final = struct.Struct("<HI")
"""Pages, and how long the first is."""
_PAGE: Final = struct.Struct("<BBBBHBH")
"""Style, mode, clear mode, speed, stay in 10 ms, repeats, valid columns."""
_BX6_PAGE_END: Final = struct.Struct("<9xII")
"""Where the page's pixels begin behind all parameters, and how many bytes they are."""
_BX5_PAGE_END: Final = bytes(4)
_AREA_TYPE: Final = 0x10
_STANDS: Final = 1
_STAY_10MS: Final = 500
_SPECIAL_UNIT: Final = 0x8000
"""Set in a text area's columns: they count pixels, not bytes (K 9.1)."""
_TEXT_PLACE: Final = struct.Struct("<BHHHHBBBH")
_TEXT_LOOKS: Final = struct.Struct("<BBBBBBBI")


def write_bx6(area: PictureArea) -> bytes:
    """Return the parameters, then the pixels (G6 5.4.1)."""
    page = _page(area) + _BX6_PAGE_END.pack(0, len(area.pixels))
    parameters = _place(area) + _BX6_LOOKS.pack(0, 0, 0, 0) + _PAGES.pack(1, len(page)) + page
    return _BX6_COUNT.pack(1, len(parameters)) + parameters + area.pixels


def read_bx6(args: bytes) -> PictureArea:
    """Read one still picture."""
    head_bytes = _BX6_COUNT.size + _PLACE.size + _BX6_LOOKS.size + _PAGES.size
    pixels_at = head_bytes + _PAGE.size + _BX6_PAGE_END.size
    return _picture(args[_BX6_COUNT.size :], args[pixels_at:])


def write_bx5(area: PictureArea) -> bytes:
    """Return the parameters with the pixels at their end (G5 5.4.1)."""
    page = _page(area) + _BX5_PAGE_END + area.pixels
    whole = _place(area) + _PAGES.pack(1, len(page)) + page
    return _BX5_LENGTH.pack(len(whole)) + whole


def read_bx5(args: bytes) -> PictureArea:
    """Read one still picture."""
    head_bytes = _BX5_LENGTH.size + _PLACE.size + _PAGES.size
    pixels_at = head_bytes + _PAGE.size + len(_BX5_PAGE_END)
    return _picture(args[_BX5_LENGTH.size :], args[pixels_at:])


def _place(area: PictureArea) -> bytes:
    with_all_programs, with_programs, frame = 1, 0, 0
    return _PLACE.pack(
        area.number,
        area.run_mode,
        area.timeout_s,
        with_all_programs,
        with_programs,
        area.alone,
        _AREA_TYPE,
        area.left_px,
        area.top_px,
        area.width_px,
        area.height_px,
        frame,
    )


def _page(area: PictureArea) -> bytes:
    style, clear_mode, speed, repeats = 0, 0, 0, 1
    return _PAGE.pack(style, _STANDS, clear_mode, speed, _STAY_10MS, repeats, area.width_px)


def _picture(place: bytes, pixels: bytes) -> PictureArea:
    number, run_mode, timeout_s, _all, _some, alone, _type, left, top, width, height, _frame = (
        _PLACE.unpack_from(place)
    )
    return PictureArea(
        number, left, top, width, height, pixels, bool(alone), RunMode(run_mode), timeout_s
    )


def write_deleted(command: DeleteAreas) -> bytes:
    """Return how many areas, and which (G6 5.4.2)."""
    return _numbers(command.numbers)


def read_deleted(args: bytes) -> DeleteAreas:
    """Read them."""
    numbers, _rest = _read_numbers(args)
    return DeleteAreas(numbers)


def _numbers(numbers: tuple[int, ...] | None) -> bytes:
    if numbers is None:
        return bytes([ALL])
    if len(numbers) >= ALL:
        raise ValueError(f"{len(numbers)} areas")
    return bytes([len(numbers), *numbers])


def _read_numbers(args: bytes) -> tuple[tuple[int, ...] | None, bytes]:
    """Return the numbers, None for all, and what follows."""
    count = args[0]
    if count == ALL:
        return None, args[1:]
    return tuple(args[1 : 1 + count]), args[1 + count :]


def write_update(command: UpdateAreas) -> bytes:
    """Return which areas to forget, then each area with its length (K 8.2.1)."""
    texts = [_write_text(area) for area in command.areas]
    lengths = [struct.pack("<H", len(text)) for text in texts]
    both = [part for pair in zip(lengths, texts, strict=True) for part in pair]
    return _numbers(command.deleted) + bytes([len(texts)]) + b"".join(both)


def read_update(args: bytes) -> UpdateAreas:
    """Read them."""
    deleted, rest = _read_numbers(args)
    count, rest = rest[0], rest[1:]
    texts = []
    for _ in range(count):
        (length,) = struct.unpack_from("<H", rest)
        texts.append(_read_text(rest[2 : 2 + length]))
        rest = rest[2 + length :]
    return UpdateAreas(deleted, tuple(texts))


def _write_text(area: TextArea) -> bytes:
    if area.unit_px not in (1, 8) or max(area.left, area.width) >= _SPECIAL_UNIT:
        raise ValueError(f"columns {area.left} and {area.width} of {area.unit_px} pixels")
    unit = _SPECIAL_UNIT if area.unit_px == 1 else 0
    area_type, voice, extensions = 0, 0, 0
    place = _TEXT_PLACE.pack(
        area_type,
        area.left | unit,
        area.top_px,
        area.width | unit,
        area.height_px,
        area.number,
        area.line_gap_px,
        area.run_mode,
        area.timeout_s,
    )
    looks = _TEXT_LOOKS.pack(
        area.alignment,
        area.single_line,
        area.wraps,
        area.mode,
        area.exit_mode,
        area.speed,
        area.stay,
        len(area.text),
    )
    return place + bytes([voice, extensions]) + looks + area.text


def _read_text(data: bytes) -> TextArea:
    _type, left, top_px, width, height_px, number, gap_px, run_mode, timeout_s = (
        _TEXT_PLACE.unpack_from(data)
    )
    # Voice and extensions, which would be longer, are not read: see codec, "half understood".
    looks_at = _TEXT_PLACE.size + 2
    alignment, single_line, wraps, mode, exit_mode, speed, stay, _length = _TEXT_LOOKS.unpack_from(
        data, looks_at
    )
    return TextArea(
        number=number,
        left=left & ~_SPECIAL_UNIT,
        top_px=top_px,
        width=width & ~_SPECIAL_UNIT,
        height_px=height_px,
        text=data[looks_at + _TEXT_LOOKS.size :],
        unit_px=1 if left & _SPECIAL_UNIT else 8,
        line_gap_px=gap_px,
        run_mode=RunMode(run_mode),
        timeout_s=timeout_s,
        alignment=alignment,
        single_line=single_line,
        wraps=wraps,
        mode=mode,
        exit_mode=exit_mode,
        speed=speed,
        stay=stay,
    )
