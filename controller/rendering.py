"""Rendering: what texts and images become on a board, each for exactly the boards it is for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from controller.areas import DEFAULT_TZ, line_of, zone_of
from controller.assets import Files
from controller.errors import Invalid
from controller.model import Area, Device, Message
from playlists.schedule.plan import Asset, AssetKind
from playlists.text import fit, image, intake, markup, raster, render
from playlists.text.document import Align, Document
from playlists.text.fit import Fit
from playlists.text.fontbook import FontBook
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.layout import Style
from playlists.text.scene import Scene
from playlists.text.setting import Setting

_ANY_BOARD = Geometry(64, 32)
"""What an image is tried on when it comes in."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """All of a board that its scenes depend on: boards with the same canvas get the same file."""

    geometry: Geometry
    depth: Depth
    max_strip_px: int
    zone: str
    """The wall clock of its area."""


def canvases(devices: Iterable[Device], areas: Iterable[Area]) -> Mapping[str, Canvas]:
    """Return the canvas of each device; Invalid for one that is no board."""
    devices, areas = list(devices), list(areas)
    zones = {name: zone_of(line_of(name, areas)) for name in {device.area for device in devices}}
    return {device.id: _canvas(device, zones[device.area]) for device in devices}


def _canvas(device: Device, zone: str) -> Canvas:
    if device.width_px is None or device.height_px is None or device.max_strip_px is None:
        raise Invalid(f"{device.id} is no board", field="device", reason="not a board")
    geometry = Geometry(device.width_px, device.height_px)
    return Canvas(geometry, device.depth, device.max_strip_px, zone)


class Renderer:
    """Draws with the fonts of this site and keeps what was drawn."""

    def __init__(self, assets: Files, book: FontBook) -> None:
        self._assets = assets
        self.book = book

    def check(self, text: str, font: int | None) -> None:
        """Refuse markup that cannot be read and fonts that are not there, before any board."""
        for slot in [font, *_fonts(markup.parse(text, ZoneInfo(DEFAULT_TZ)))]:
            if slot is not None:
                self.book.load(slot)

    def fit(self, message: Message, canvas: Canvas) -> Fit:
        """Say whether a message stands on a board, and what would if it does not."""
        document = markup.parse(message.text, ZoneInfo(canvas.zone))
        strip_px = canvas.max_strip_px
        style = _style(message)
        return fit.fit(document, canvas.geometry, style, max_strip_px=strip_px, book=self.book)

    def glimpse(self, message: Message, canvas: Canvas) -> Frame:
        """Draw the one picture of a message that tells most."""
        return render.glimpse(
            message.text,
            canvas.geometry,
            _style(message),
            max_strip_px=canvas.max_strip_px,
            depth=canvas.depth,
            zone=canvas.zone,
            book=self.book,
        )

    def message(self, message: Message, canvas: Canvas) -> Scene:
        """Set a message on a board."""
        return raster.scene(self._set(message.text, _style(message), canvas))

    def idle(self, text: str, canvas: Canvas) -> Scene:
        """Set on a board what it shows when nothing is on."""
        return raster.scene(self._set(intake.normalise(text).text, Style(), canvas))

    def check_image(self, data: bytes) -> None:
        """Decode an image to its end; NotAnImage and its kin."""
        image.scene(data, _ANY_BOARD, Depth.RGB)

    def image(self, data: bytes, canvas: Canvas) -> Scene:
        """Set an image on a board."""
        return image.scene(data, canvas.geometry, canvas.depth)

    def keep(self, scene: Scene) -> Asset:
        """Return a scene as the asset it is; its file is on the disk on return."""
        self._assets.put(scene.data)
        return Asset(scene.sha256, AssetKind.SCENE, len(scene.data), scene.duration_ms)

    def _set(self, text: str, style: Style, canvas: Canvas) -> Setting:
        return render.lay_out(
            text,
            canvas.geometry,
            style,
            max_strip_px=canvas.max_strip_px,
            depth=canvas.depth,
            zone=canvas.zone,
            book=self.book,
        )


def _style(message: Message) -> Style:
    align = Align(message.align.value)
    return Style(font=message.font, align=align, speed_px_s=message.speed_px_s)


def _fonts(document: Document) -> list[int | None]:
    lines = (line for sheet in document.sheets for line in sheet.lines)
    return [part.look.font for line in lines for part in line.parts]
