"""Images: an uploaded PNG, JPEG or GIF becomes a scene for one board.

The picture keeps its proportions, stands in the middle, and is dark where it is transparent. A GIF
that moves becomes a page per frame.
"""

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final, NamedTuple

import numpy as np
from PIL import Image, ImageChops, ImageOps
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from playlists.text.frame import Colours, Depth, Frame, Geometry
from playlists.text.refusals import ImageTooLarge, NotAnImage
from playlists.text.scene import (
    MAX_PAGE_DURATION_MS,
    MAX_PAGES,
    MAX_SCENE_BYTES,
    Motion,
    Page,
    Scene,
    page_bytes,
    size_bytes,
    still,
)
from playlists.text.strip import MAX_PLANES, Ink, Strip

MAX_IMAGE_BYTES: Final = 8 << 20
MAX_IMAGE_PIXELS: Final = 16 << 20
"""A telephone's photograph; decoded it is 64 MB."""
MAX_MOVING_PIXELS: Final = 4 * MAX_IMAGE_PIXELS
"""All frames of a GIF together: some seconds of work."""
MAX_JPEG_SCANS: Final = 100
"""A progressive JPEG has ten; each of a malicious one's is a pass over the whole picture."""
STILL_MS: Final = 5_000
MIN_FRAME_MS: Final = 50
UNTOLD_FRAME_MS: Final = 100
"""What browsers take when a GIF does not say how long a frame stands."""
FEWEST_PLANES: Final = 3
"""A long GIF on a large board gets fewer colours, down to eight; then it is too long."""

_KINDS: Final[tuple[tuple[bytes, type[ImageFile]], ...]] = (
    (b"\x89PNG\r\n\x1a\n", PngImageFile),
    (b"\xff\xd8\xff", JpegImageFile),
    (b"GIF87a", GifImageFile),
    (b"GIF89a", GifImageFile),
)
_JPEG_SCAN: Final = b"\xff\xda"
_DECODER_FAULTS: Final = (
    *(OSError, SyntaxError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError),
    *(EOFError, MemoryError, struct.error, zlib.error, Warning, Image.DecompressionBombError),
)
"""What Pillow's plug-ins raise for bytes they did not expect."""
_KMEANS: Final = 4
"""Pillow's way to better palettes: how far the search goes."""
_RGB_WEIGHTS: Final = np.array([1 << 16, 1 << 8, 1], np.uint32)
_TO_ONE_BIT: Final = [min(max(2 * (level - 64), 0), 255) for level in range(256)]
"""For LEDs that are on or off: flat bright and dark areas stay flat, what lies between is dots."""

# By this Pillow checks frames of a GIF that are larger than the GIF says it is.
Image.MAX_IMAGE_PIXELS = MAX_IMAGE_PIXELS


class _Picture(NamedTuple):
    image: Image.Image
    """RGB, no larger than the board."""
    duration_ms: int


def scene(data: bytes, geometry: Geometry, depth: Depth) -> Scene:
    """Set an image on a board.

    Raises NotAnImage or ImageTooLarge, and nothing else, for bytes of any origin.
    """
    if len(data) > MAX_IMAGE_BYTES:
        raise _too_large(len(data), MAX_IMAGE_BYTES, "byte")
    _plane_budget(1, geometry, depth)  # before anything becomes as large as the board
    try:
        pictures = list(_pictures(data, geometry))
    except _DECODER_FAULTS as exc:
        raise _not_an_image(f"{type(exc).__name__}: {exc}"[:120]) from exc
    planes = _plane_budget(len(pictures), geometry, depth)
    pages = [_page(picture, geometry, depth, planes) for picture in pictures]
    return Scene(geometry, tuple(pages), depth)


def _pictures(data: bytes, geometry: Geometry) -> Iterator[_Picture]:
    """Decode to the end; yield what is to be seen, fitted to the board."""
    image = _opened(data)
    if not isinstance(image, GifImageFile):
        ImageOps.exif_transpose(image, in_place=True)
        yield _Picture(_fitted(_on_black(image), geometry), STILL_MS)
        return
    size, count = image.size, image.n_frames
    if count > MAX_PAGES:
        raise _too_large(count, MAX_PAGES, "frame")
    _check_pixels(count * size[0] * size[1], MAX_MOVING_PIXELS)
    for number in range(count):
        image.seek(number)
        if image.size != size:
            raise _not_an_image(f"frame {number + 1} is larger than the image")
        yield _Picture(_fitted(_on_black(image), geometry), _frame_ms(image, count))


def _opened(data: bytes) -> ImageFile:
    """Read the head; the first bytes choose the plug-in, Pillow never guesses."""
    kind = next((kind for magic, kind in _KINDS if data.startswith(magic)), None)
    if kind is None:
        raise _not_an_image("neither PNG nor JPEG nor GIF")
    if kind is GifImageFile and not data.rstrip(b"\0").endswith(b";"):
        raise _not_an_image("the GIF has no end")
    if kind is JpegImageFile and data.count(_JPEG_SCAN) > MAX_JPEG_SCANS:
        raise _not_an_image(f"more than {MAX_JPEG_SCANS} scans")
    image = kind(BytesIO(data))
    _check_pixels(image.width * image.height, MAX_IMAGE_PIXELS)
    return image


def _frame_ms(image: GifImageFile, count: int) -> int:
    if count == 1:
        return STILL_MS
    told_ms = int(image.info.get("duration", 0)) or UNTOLD_FRAME_MS
    return min(max(told_ms, MIN_FRAME_MS), MAX_PAGE_DURATION_MS)


def _on_black(image: Image.Image) -> Image.Image:
    """Return an RGB copy, dark where the image is transparent."""
    if image.mode.startswith("I"):  # a grey PNG of 16 bits
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    see_through = image.convert("RGBA")
    black = Image.new("RGB", image.size)
    black.paste(see_through, mask=see_through)
    return black


def _fitted(image: Image.Image, geometry: Geometry) -> Image.Image:
    """Make an image as large as the board allows; whole multiples stay exact."""
    width_px, height_px = geometry.width_px, geometry.height_px
    if width_px * image.height <= height_px * image.width:
        is_multiple = width_px % image.width == 0
        size = (width_px, max(round(image.height * width_px / image.width), 1))
    else:
        is_multiple = height_px % image.height == 0
        size = (max(round(image.width * height_px / image.height), 1), height_px)
    resampling = Image.Resampling.NEAREST if is_multiple else Image.Resampling.LANCZOS
    return image.resize(size, resampling)


def _plane_budget(pages: int, geometry: Geometry, depth: Depth) -> int:
    """Return how many planes each page may have, so that the scene does not become too large."""
    board = (geometry.width_px, geometry.height_px)
    most, fewest = (MAX_PLANES, FEWEST_PLANES) if depth is Depth.RGB else (1 + depth, 1 + depth)
    for planes in range(most, fewest - 1, -1):
        if size_bytes([page_bytes(*board, planes)] * pages) <= MAX_SCENE_BYTES:
            return planes
    room_bytes = MAX_SCENE_BYTES - size_bytes([])
    raise _too_large(pages, room_bytes // page_bytes(*board, fewest), "frame")


def _page(picture: _Picture, geometry: Geometry, depth: Depth, planes: int) -> Page:
    if depth is Depth.RGB:
        strip = _strip(picture.image, geometry, planes)
        return Page(strip, Motion.HOLD, picture.duration_ms)
    dots = _mono(picture.image) if depth is Depth.MONO else _tricolour(picture.image)
    frame = Frame.from_colours(_placed(np.asarray(dots), geometry), depth)
    return still(frame, picture.duration_ms)


def _mono(image: Image.Image) -> Image.Image:
    """Mix luminance from dots; red letters must not drown, however little of it red has."""
    return _dots(ImageOps.autocontrast(image.convert("L"))).convert("RGB")


def _tricolour(image: Image.Image) -> Image.Image:
    """Mix colours from red and green dots; green stands in for blue."""
    red, green, blue = image.split()
    dots = [_dots(red), _dots(ImageChops.lighter(green, blue)), Image.new("L", image.size)]
    return Image.merge("RGB", dots)


def _dots(channel: Image.Image) -> Image.Image:
    """Leave of a channel only 0 and 255 (error diffusion by Floyd and Steinberg)."""
    return channel.point(_TO_ONE_BIT).convert("1").convert("L")


def _strip(image: Image.Image, geometry: Geometry, planes: int) -> Strip:
    """Give a picture a palette of its own; exact unless it has more colours than fit."""
    colours = _placed(np.asarray(image), geometry).astype(np.uint32) @ _RGB_WEIGHTS
    dark = np.zeros(1, np.uint32)
    palette, indices = np.unique(np.concatenate([dark, colours.ravel()]), return_inverse=True)
    if len(palette) > 1 << planes:
        fewer = image.quantize((1 << planes) - 1, kmeans=_KMEANS)
        dots = image.quantize(palette=fewer, dither=Image.Dither.FLOYDSTEINBERG)
        return _strip(dots.convert("RGB"), geometry, planes)
    inks = [Ink(*int(colour).to_bytes(3, "big")) for colour in palette]
    return Strip.from_indices(indices[1:].reshape(colours.shape).astype(np.uint8), inks)


def _placed(colours: Colours, geometry: Geometry) -> Colours:
    """Put a picture in the middle of a dark board."""
    height_px, width_px, _ = colours.shape
    top_px, left_px = (geometry.height_px - height_px) // 2, (geometry.width_px - width_px) // 2
    board = np.zeros((geometry.height_px, geometry.width_px, 3), np.uint8)
    board[top_px : top_px + height_px, left_px : left_px + width_px] = colours
    return board


def _check_pixels(size: int, limit: int) -> None:
    if size > limit:
        raise _too_large(size, limit, "pixel")


def _too_large(size: int, limit: int, unit: str) -> ImageTooLarge:
    return ImageTooLarge(f"{size} {unit}s, at most {limit}", size=size, limit=limit, unit=unit)


def _not_an_image(reason: str) -> NotAnImage:
    return NotAnImage(f"the image cannot be decoded: {reason}", reason=reason)
