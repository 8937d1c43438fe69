"""Pictures for people: a frame as PNG, LEDs that glow, a scene that moves."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from typing import Final

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from playlists.text.fields import Moment
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Scene

AMBER: Final = (255, 176, 0)
"""What the LEDs of a mono board look like."""
_HOUSING: Final = (14, 12, 10)
_DARK_LED: Final = (38, 30, 20)
_GLOW_LEDS: Final = 0.9
"""How far light falls, as the blur's radius in LEDs."""
_GLOW: Final = [level // 16 * 5 for level in range(256)]
"""How much light falls, in few steps: more cannot be told apart, and would double a GIF."""
_GIF_COLOURS: Final = {Depth.MONO: 48, Depth.TRICOLOUR: 128, Depth.RGB: 256}
_PALETTE_FRAMES: Final = 12
"""From how many frames a GIF's colours are chosen."""
GIF_STEP_MS: Final = 40
MAX_GIF_FRAMES: Final = 500
"""Twenty seconds at full smoothness; a longer scene is shown whole, in coarser steps."""
MAX_SCALE: Final = 16


def png(frame: Frame, scale: int = 1) -> bytes:
    """Return a PNG, `scale` pixels a side per LED; mono frames are 1-bit, lit = white."""
    if frame.depth is Depth.MONO:
        image = Image.frombytes("1", (frame.width_px, frame.height_px), frame.data)
    else:
        image = Image.fromarray(frame.to_colours())
    if scale > 1:
        image = image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def glowing(frame: Frame, pitch_px: int = 6) -> Image.Image:
    """Return the frame as round LEDs with a glow, `pitch_px` pixels apart; mono ones are amber."""
    colours = frame.to_colours()
    if frame.depth is Depth.MONO:
        colours = np.minimum(colours, np.array(AMBER, np.uint8))
    light = Image.fromarray(colours)
    size = (frame.width_px * pitch_px, frame.height_px * pitch_px)
    leds = ImageChops.lighter(light, Image.new("RGB", light.size, _DARK_LED))
    board = Image.new("RGB", size, _HOUSING)
    board.paste(leds.resize(size, Image.Resampling.NEAREST), mask=_discs(frame.geometry, pitch_px))
    halo = light.filter(ImageFilter.GaussianBlur(_GLOW_LEDS)).resize(size)
    return ImageChops.add(board, halo.point(_GLOW * 3))


def gif(scene: Scene, pitch_px: int = 4, moment: Moment | None = None) -> bytes:
    """Return the scene as an endless GIF of glowing LEDs; a standing scene is one frame.

    It begins at `moment`, which live fields tell.
    """
    shown = list(_shown(scene, moment))
    palette = _palette([frame for frame, _ in shown], pitch_px)
    first, *rest = (
        glowing(frame, pitch_px).quantize(palette=palette, dither=Image.Dither.NONE)
        for frame, _ in shown
    )
    durations = [duration_ms for _, duration_ms in shown]
    buffer = BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=rest, duration=durations, loop=0)
    return buffer.getvalue()


def _shown(scene: Scene, moment: Moment | None) -> Iterator[tuple[Frame, int]]:
    """Yield what is seen and for how long, in equal steps."""
    step_ms = max(GIF_STEP_MS, -(-scene.duration_ms // MAX_GIF_FRAMES // 10) * 10)
    frames = (
        scene.frame_at(at_ms, _later(moment, at_ms))
        for at_ms in range(0, scene.duration_ms, step_ms)
    )
    for frame, steps in groupby(frames):
        yield frame, step_ms * len(list(steps))


def _later(moment: Moment | None, by_ms: int) -> Moment | None:
    return moment and replace(moment, now=moment.now + timedelta(milliseconds=by_ms))


def _palette(frames: Sequence[Frame], pitch_px: int) -> Image.Image:
    """Choose colours for all frames from some of them, spread evenly."""
    some = frames[:: -(-len(frames) // _PALETTE_FRAMES)]
    drawn = np.concatenate([np.asarray(glowing(frame, pitch_px)) for frame in some])
    return Image.fromarray(drawn).quantize(_GIF_COLOURS[frames[0].depth])


@lru_cache(maxsize=4)
def _discs(geometry: Geometry, pitch_px: int) -> Image.Image:
    """Return a mask of where LEDs are."""
    middle = (pitch_px - 1) / 2
    row, column = np.mgrid[0:pitch_px, 0:pitch_px]
    disc = np.hypot(row - middle, column - middle) <= pitch_px * 0.42
    return Image.fromarray(np.tile(disc, (geometry.height_px, geometry.width_px)))
