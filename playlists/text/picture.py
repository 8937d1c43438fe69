"""Pictures for people: a frame as PNG, LEDs that glow, a scene that moves."""

from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image, ImageFilter

from playlists.text.frame import Frame
from playlists.text.scene import Scene

AMBER: Final = (255, 176, 0)
_HOUSING: Final = (14, 12, 10)
_DARK_LED: Final = (38, 30, 20)
GIF_STEP_MS: Final = 40
MAX_GIF_FRAMES: Final = 500
"""Twenty seconds; a longer scene is cut, a picture is not an archive."""
MAX_SCALE: Final = 16


def png(frame: Frame, scale: int = 1) -> bytes:
    """Return a 1-bit PNG, lit = white, `scale` pixels a side per LED."""
    image = Image.frombytes("1", (frame.width_px, frame.height_px), frame.data)
    if scale > 1:
        image = image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)
    return _saved(image)


def glowing(frame: Frame, pitch_px: int = 6) -> Image.Image:
    """Return the frame as round amber LEDs with a glow, `pitch_px` pixels apart."""
    lit = np.kron(frame.to_bitmap(), np.ones((pitch_px, pitch_px), np.bool_))
    discs = np.tile(_disc(pitch_px), (frame.height_px, frame.width_px))
    base = np.empty((*lit.shape, 3), np.float32)
    base[:] = _HOUSING
    base[discs] = _DARK_LED
    base[discs & lit] = AMBER
    sharp = np.where((discs & lit)[..., None], np.array(AMBER, np.float32), 0.0)
    halo = Image.fromarray(sharp.astype(np.uint8)).filter(ImageFilter.GaussianBlur(pitch_px * 0.9))
    glow = base + 0.55 * np.asarray(halo, np.float32)
    return Image.fromarray(np.clip(glow, 0, 255).astype(np.uint8))


def gif(scene: Scene, pitch_px: int = 4) -> bytes:
    """Return the scene as an endless GIF of glowing LEDs; a standing scene is one frame."""
    steps = min(max(scene.duration_ms // GIF_STEP_MS, 1), MAX_GIF_FRAMES)
    frames = [scene.frame_at(step * GIF_STEP_MS) for step in range(steps)]
    if len(set(frames)) == 1:
        del frames[1:]
    images = [glowing(frame, pitch_px).quantize(32) for frame in frames]
    buffer = BytesIO()
    images[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=GIF_STEP_MS,
        loop=0,
    )
    return buffer.getvalue()


def _disc(pitch_px: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    middle = (pitch_px - 1) / 2
    row, column = np.mgrid[0:pitch_px, 0:pitch_px]
    return np.asarray(np.hypot(row - middle, column - middle) <= pitch_px * 0.42, np.bool_)


def _saved(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
