"""Pictures for people: a frame as PNG, LEDs that glow, a scene that moves."""

from functools import cache
from io import BytesIO
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from playlists.text.frame import Bitmap, Frame
from playlists.text.scene import Scene

AMBER: Final = (255, 176, 0)
_HOUSING: Final = (14, 12, 10)
_DARK_LED: Final = (38, 30, 20)
_GLOW_STEPS: Final = 16
"""Brightnesses of each material; more cannot be told apart, and would double a GIF."""
_GLOW: Final = 0.55
GIF_STEP_MS: Final = 40
MAX_GIF_FRAMES: Final = 500
"""Twenty seconds at full smoothness; a longer scene is shown whole, in coarser steps."""
MAX_SCALE: Final = 16


def png(frame: Frame, scale: int = 1) -> bytes:
    """Return a 1-bit PNG, lit = white, `scale` pixels a side per LED."""
    image = Image.frombytes("1", (frame.width_px, frame.height_px), frame.data)
    if scale > 1:
        image = image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)
    return _saved(image)


def glowing(frame: Frame, pitch_px: int = 6) -> Image.Image:
    """Return the frame as round amber LEDs with a glow, `pitch_px` pixels apart."""
    return _in_palette(frame, pitch_px).convert("RGB")


def gif(scene: Scene, pitch_px: int = 4) -> bytes:
    """Return the scene as an endless GIF of glowing LEDs; a standing scene is one frame."""
    step_ms = max(GIF_STEP_MS, -(-scene.duration_ms // MAX_GIF_FRAMES // 10) * 10)
    frames = [scene.frame_at(at_ms) for at_ms in range(0, scene.duration_ms, step_ms)]
    if len(set(frames)) == 1:
        del frames[1:]
    first, *rest = (_in_palette(frame, pitch_px) for frame in frames)
    buffer = BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=rest, duration=step_ms, loop=0)
    return buffer.getvalue()


def _in_palette(frame: Frame, pitch_px: int) -> Image.Image:
    """Draw housing, dark and lit LEDs, each brightened by the light that falls on it."""
    lit = frame.to_bitmap().repeat(pitch_px, axis=0).repeat(pitch_px, axis=1)
    discs = np.tile(_disc(pitch_px), (frame.height_px, frame.width_px))
    light = Image.fromarray((discs & lit).astype(np.uint8) * 255)
    halo = np.asarray(light.filter(ImageFilter.GaussianBlur(pitch_px * 0.9)), np.uint16)
    material = discs.astype(np.uint8) + (discs & lit)
    step = (halo * (_GLOW_STEPS - 1) // 255).astype(np.uint8)
    image = Image.fromarray(material * np.uint8(_GLOW_STEPS) + step)
    image.putpalette(_palette())
    return image


@cache
def _palette() -> bytes:
    glow = np.linspace(0, _GLOW, _GLOW_STEPS)[:, None] * np.array(AMBER)
    colours = [np.array(material) + glow for material in (_HOUSING, _DARK_LED, AMBER)]
    packed: NDArray[np.uint8] = np.clip(np.concatenate(colours), 0, 255).astype(np.uint8)
    return packed.tobytes()


def _disc(pitch_px: int) -> Bitmap:
    middle = (pitch_px - 1) / 2
    row, column = np.mgrid[0:pitch_px, 0:pitch_px]
    return np.asarray(np.hypot(row - middle, column - middle) <= pitch_px * 0.42, np.bool_)


def _saved(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
