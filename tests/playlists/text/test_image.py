import contextlib
import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from playlists.errors import ContentRefused
from playlists.text import image
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.refusals import ImageTooLarge, NotAnImage
from playlists.text.scene import MAX_SCENE_BYTES, Scene

BOARD = Geometry(32, 16)


def saved(picture, kind="PNG", **options):
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def shown(data, geometry=BOARD, depth=Depth.RGB, at_ms=0):
    return image.scene(data, geometry, depth).frame_at(at_ms).to_colours()


def noise(width, height, seed=0):
    levels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(levels)


def gradient(width, height):
    row, column = np.mgrid[0:height, 0:width]
    levels = [column * 255 // width, row * 255 // height, (row + column) * 255 // (width + height)]
    return Image.fromarray(np.stack(levels, axis=2).astype(np.uint8))


def drawing(size=(32, 16), colours=("black", "white")):
    picture = Image.new("RGB", size, colours[0])
    ImageDraw.Draw(picture).ellipse((3, 2, 20, 13), fill=colours[1])
    return picture


def moving(count, size=(32, 16), **options):
    """Make a GIF of frames that differ: a bar that walks."""
    frames = []
    for number in range(count):
        frame = Image.new("RGB", size, "navy")
        frame.paste("yellow", (number % size[0], 0, number % size[0] + 1, 8))
        frames.append(frame)
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], **options)


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_claiming(width, height):
    """Write a PNG's head of any size, and a body that is far too short for it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"\0")), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


SAMPLES = {
    "png": saved(gradient(40, 20)),
    "palette": saved(drawing().quantize(4)),
    "jpeg": saved(gradient(40, 20), "JPEG"),
    "progressive": saved(gradient(40, 20), "JPEG", progressive=True),
    "cmyk": saved(gradient(40, 20).convert("CMYK"), "JPEG"),
    "gif": saved(drawing(), "GIF"),
    "moving": moving(5, duration=100),
    "disposing": moving(5, duration=100, disposal=2, transparency=0),
}

depths = st.sampled_from(Depth)
boards = st.builds(Geometry, st.integers(1, 70), st.integers(1, 40))


# --- any bytes


@given(st.binary(max_size=200), st.sampled_from([b"", *(magic for magic, _ in image._KINDS)]))
def test_any_bytes_are_a_scene_or_refused(data, magic):
    with contextlib.suppress(NotAnImage, ImageTooLarge):
        assert isinstance(image.scene(magic + data, BOARD, Depth.RGB), Scene)


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_damaged_files_are_a_scene_or_refused(name, data):
    damaged = bytearray(SAMPLES[name])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(NotAnImage, ImageTooLarge):
        image.scene(bytes(damaged), BOARD, Depth.RGB)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_cut_short_is_refused_unless_its_picture_is_whole(name):
    whole = SAMPLES[name]
    expected = image.scene(whole, BOARD, Depth.RGB)
    refused = 0
    for length in range(len(whole)):
        try:
            assert image.scene(whole[:length], BOARD, Depth.RGB) == expected
        except NotAnImage:
            refused += 1
    assert refused >= len(whole) - 25  # the last checksum and the end mark are not the picture


@given(st.sampled_from(sorted(SAMPLES)), boards, depths)
def test_every_kind_of_file_fits_every_board_and_is_the_same_each_time(name, board, depth):
    scene = image.scene(SAMPLES[name], board, depth)
    assert (scene.geometry, scene.depth) == (board, depth)
    assert scene.sha256 == image.scene(SAMPLES[name], board, depth).sha256


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        saved(drawing(), "BMP"),
        saved(drawing(), "TIFF"),
        saved(drawing(), "WEBP"),
        b"%!PS-Adobe-3.0 EPSF-3.0",
    ],
)
def test_other_formats_are_refused(data):
    with pytest.raises(NotAnImage, match="neither PNG nor JPEG nor GIF") as refused:
        image.scene(data, BOARD, Depth.RGB)
    assert refused.value.code == "not-an-image"
    assert refused.value.facts == {"reason": "neither PNG nor JPEG nor GIF"}


# --- too much


def too_large(data, geometry=BOARD, depth=Depth.RGB):
    with pytest.raises(ImageTooLarge) as refused:
        image.scene(data, geometry, depth)
    assert refused.value.code == "image-too-large"
    return refused.value.facts


def test_a_large_file_is_refused_before_anything_is_read():
    size = image.MAX_IMAGE_BYTES + 1
    facts = {"size": size, "limit": image.MAX_IMAGE_BYTES, "unit": "byte"}
    assert too_large(bytes(size)) == facts


@pytest.mark.parametrize("side", [4_097, 60_000, 2**31 - 1])
def test_a_bomb_is_refused_by_its_head(side):
    facts = {"size": side * side, "limit": image.MAX_IMAGE_PIXELS, "unit": "pixel"}
    assert too_large(png_claiming(side, side)) == facts


def test_the_largest_picture_is_taken():
    assert shown(saved(Image.new("1", (4_096, 4_096), 1)), Geometry(2, 2)).min() == 255


def test_a_gif_of_too_many_frames_is_refused_with_their_number():
    assert len(image.scene(moving(64), BOARD, Depth.MONO).pages) == 64
    assert too_large(moving(65)) == {"size": 65, "limit": 64, "unit": "frame"}


def test_a_gif_of_too_many_pixels_in_all_is_refused():
    data = bytearray(moving(40))
    struct.pack_into("<HH", data, 6, 2_000, 1_000)  # what the GIF says it is
    facts = too_large(bytes(data))
    assert facts == {"size": 80_000_000, "limit": image.MAX_MOVING_PIXELS, "unit": "pixel"}


@pytest.mark.parametrize(
    ("size", "reason"),
    [((33, 16), "frame 2 is larger than the image"), ((6_000, 6_000), "DecompressionBombError")],
)
def test_a_gif_whose_second_frame_outgrows_it_is_refused(size, reason):
    data = bytearray(moving(2, optimize=False))
    second = data.rindex(b"\x2c\0\0\0\0")  # its place; its size follows
    struct.pack_into("<HH", data, second + 5, *size)
    with pytest.raises(NotAnImage, match=reason):
        image.scene(bytes(data), BOARD, Depth.RGB)


def test_a_gif_whose_first_frame_outgrows_it_is_refused():
    data = bytearray(moving(1))
    struct.pack_into("<HH", data, data.index(b"\x2c") + 5, 6_000, 6_000)
    with pytest.raises(NotAnImage, match="DecompressionBombError"):
        image.scene(bytes(data), BOARD, Depth.RGB)


def test_a_jpeg_of_countless_scans_is_refused():
    data = SAMPLES["progressive"]
    scan = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(NotAnImage, match="scans"):
        image.scene(data[:-2] + scan * 100 + data[-2:], BOARD, Depth.RGB)


def test_a_long_gif_on_a_large_board_gets_fewer_colours_and_then_is_too_long():
    frames = [gradient(64, 64).rotate(turn) for turn in range(0, 320, 10)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    scene = image.scene(data, Geometry(256, 192), Depth.RGB)
    assert [len(page.strip.planes) for page in scene.pages] == [5] * 32
    assert len(scene.data) <= MAX_SCENE_BYTES
    facts = too_large(data, Geometry(512, 256))
    assert facts == {"size": 32, "limit": 21, "unit": "frame"}


@pytest.mark.parametrize("depth", Depth)
def test_a_board_that_no_scene_fits_is_refused_before_anything_is_read(depth):
    facts = too_large(b"", Geometry(65_535, 65_535), depth)
    assert facts == {"size": 1, "limit": 0, "unit": "frame"}


# --- what is shown


@pytest.mark.parametrize("factor", [1, 2, 4])
def test_a_picture_that_fits_a_whole_number_of_times_is_exact(factor):
    picture = drawing((32 // factor, 16 // factor), ("#123456", "#fedcba"))
    expected = np.asarray(picture).repeat(factor, axis=0).repeat(factor, axis=1)
    assert np.array_equal(shown(saved(picture)), expected)


def test_a_square_stands_in_the_middle_with_dark_around():
    board = shown(saved(Image.new("RGB", (300, 300), "red")), Geometry(40, 16))
    assert (board[:, 12:28] == (255, 0, 0)).all()
    assert not board[:, :12].any()
    assert not board[:, 28:].any()


def test_a_line_of_one_pixel_survives_any_shrinking():
    assert shown(saved(Image.new("RGB", (2_000, 1), "red"))).any()
    assert shown(saved(Image.new("RGB", (1, 2_000), "red"))).any()


def test_shrinking_averages():
    checks = np.indices((160, 320)).sum(axis=0) % 2 * 255
    board = shown(saved(Image.fromarray(checks.astype(np.uint8))))
    assert np.abs(board.astype(int) - 128).max() < 12


@pytest.mark.parametrize("turn", [(3, 180), (6, 270), (8, 90)])
def test_a_telephone_held_sideways_is_turned_upright(turn):
    orientation, degrees = turn
    picture = drawing(colours=("black", "red"))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(picture, "PNG", exif=exif)
    board = BOARD if degrees == 180 else Geometry(16, 32)
    upright = picture.transpose(
        {
            180: Image.Transpose.ROTATE_180,
            270: Image.Transpose.ROTATE_270,
            90: Image.Transpose.ROTATE_90,
        }[degrees]
    )
    assert np.array_equal(shown(data, board), np.asarray(upright))


def test_what_is_transparent_is_dark():
    picture = Image.new("RGBA", (32, 16), (255, 0, 0, 0))
    picture.paste((0, 200, 0, 255), (0, 0, 16, 16))
    picture.paste((200, 200, 200, 128), (16, 0, 24, 16))
    for data in (saved(picture), saved(picture.quantize(8, method=Image.Quantize.FASTOCTREE))):
        board = shown(data).astype(int)
        assert np.abs(board[:, :16] - (0, 200, 0)).max() <= 4
        assert np.abs(board[:, 16:24] - 100).max() <= 4
        assert not board[:, 24:].any()
    grey = Image.new("LA", (32, 16), (255, 0))
    assert not shown(saved(grey)).any()
    keyed = Image.new("P", (32, 16), 1)
    keyed.putpalette([0, 0, 0, 9, 99, 199])
    assert shown(saved(keyed))[0, 0].tolist() == [9, 99, 199]
    assert not shown(saved(keyed, transparency=1)).any()


def test_sixteen_bits_of_grey_keep_their_high_half():
    levels = np.linspace(0, 65_535, 32).astype(np.uint16)[None].repeat(16, axis=0)
    board = shown(saved(Image.fromarray(levels)))
    assert np.array_equal(board[..., 1], levels >> 8)


def test_a_printers_jpeg_keeps_its_colours():
    picture = Image.new("RGB", (32, 16), "red").convert("CMYK")
    assert np.abs(shown(saved(picture, "JPEG")).astype(int) - (255, 0, 0)).max() < 5


# --- depths


@given(st.integers(0, 50))
def test_up_to_255_colours_are_exact(seed):
    palette = np.random.default_rng(seed).integers(0, 256, (255, 3), np.uint8)
    levels = palette[np.random.default_rng(seed).integers(0, 255, (16, 32))]
    assert np.array_equal(shown(saved(Image.fromarray(levels))), levels)


def test_a_palette_begins_dark_and_is_as_small_as_can_be():
    strip = image.scene(saved(drawing()), BOARD, Depth.RGB).pages[0].strip
    assert (len(strip.planes), strip.palette) == (1, ((0, 0, 0, False), (255, 255, 255, False)))


def test_a_photograph_keeps_its_colours_as_far_as_256_go():
    picture = gradient(64, 32)
    scene = image.scene(saved(picture), Geometry(64, 32), Depth.RGB)
    strip = scene.pages[0].strip
    assert len(strip.planes) == 8
    assert strip.palette[0] == (0, 0, 0, False)
    error = scene.frame_at(0).to_colours().astype(int) - np.asarray(picture)
    assert np.abs(error).mean() < 6
    assert abs(error.mean()) < 0.5  # dots make up for what the palette lacks


@pytest.mark.parametrize("colours", [("black", "white"), ("#400000", "red"), ("white", "blue")])
def test_two_colours_stay_exact_on_a_mono_board(colours):
    frame = image.scene(saved(drawing(colours=colours)), BOARD, Depth.MONO).frame_at(0)
    bright = np.asarray(drawing(colours=(0, 255) if colours[0] != "white" else (255, 0))) > 0
    assert frame == Frame.from_bitmap(bright[..., 0])


def test_grey_is_mixed_from_dots():
    ramp = Image.linear_gradient("L").rotate(270).resize((32, 16))  # white on the left
    lit = image.scene(saved(ramp), BOARD, Depth.MONO).frame_at(0).to_bitmap()
    assert lit[:, :7].all()
    assert not lit[:, 25:].any()
    assert 0.3 < lit[:, 12:20].mean() < 0.7


def test_a_tricolour_board_shows_what_it_has_and_green_for_blue():
    picture = Image.new("RGB", (32, 16))
    wanted = [("red", "r"), ("lime", "g"), ("yellow", "a"), ("blue", "g"), ("white", "a")]
    for number, (colour, _) in enumerate(wanted):
        picture.paste(colour, (6 * number, 0, 6 * number + 6, 16))
    frame = image.scene(saved(picture), BOARD, Depth.TRICOLOUR).frame_at(0)
    row = "".join(letter * 6 for _, letter in wanted) + ".."
    assert frame.to_text() == "\n".join([row] * 16)


def test_orange_is_red_mixed_with_amber():
    scene = image.scene(saved(Image.new("RGB", (32, 16), (255, 128, 0))), BOARD, Depth.TRICOLOUR)
    letters = scene.frame_at(0).to_text()
    assert set(letters) == {"r", "a", "\n"}
    assert 0.4 < letters.count("a") / 512 < 0.6


def test_a_flag_that_is_not_quite_red_has_no_dots():
    flag = Image.new("RGB", (64, 32), (218, 37, 29))
    assert set(image.scene(saved(flag), BOARD, Depth.TRICOLOUR).frame_at(0).to_text()) == {
        "r",
        "\n",
    }


# --- motion


def test_a_gif_moves_as_its_frames_say():
    scene = image.scene(moving(4, duration=[10, 200, 0, 700]), BOARD, Depth.RGB)
    assert [page.duration_ms for page in scene.pages] == [50, 200, 100, 700]
    for number, at_ms in enumerate([0, 50, 250, 350]):
        board = scene.frame_at(at_ms).to_colours()
        assert board[0, number].tolist() == [255, 255, 0]
        assert (board[:8] == (255, 255, 0)).all(axis=2).sum() == 8


def test_a_gif_of_one_frame_and_a_png_stand():
    for name in ("gif", "png"):
        (page,) = image.scene(SAMPLES[name], BOARD, Depth.MONO).pages
        assert page.duration_ms == image.STILL_MS


def test_frames_that_only_change_a_part_are_shown_whole():
    first = drawing(colours=("black", "red"))
    second = first.copy()
    second.putpixel((31, 15), (255, 255, 255))
    data = saved(first, "GIF", save_all=True, append_images=[second], optimize=True)
    board = image.scene(data, BOARD, Depth.RGB).pages[1].strip.to_frame(Depth.RGB).to_colours()
    assert np.array_equal(board, np.asarray(second))


def test_every_refusal_is_content_refused():
    assert issubclass(NotAnImage, ContentRefused)
    assert issubclass(ImageTooLarge, ContentRefused)
