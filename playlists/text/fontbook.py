"""The font book: which font stands in which slot.

Slots 0 to 9 hold the fonts drawn for Signcast. A site may import others, into free slots or over
ours; what an imported font draws also fills in for letters that another font lacks, where its
cell has room for them. Fonts are read when first asked for, once.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np

from playlists.errors import BadBytes
from playlists.text.font import Font
from playlists.text.fontfile import Glyph
from playlists.text.refusals import UnknownFont

MAX_SLOT: Final = 99
_SUFFIX: Final = ".font"


class FontBook:
    """Fonts by slot: ours, and those a site imported."""

    def __init__(self, imported: Mapping[int, Font] | None = None) -> None:
        self._imported = dict(imported or {})
        self._loaded: dict[int, Font] = {}

    def slots(self) -> tuple[int, ...]:
        """Return the slots that hold a font, in order."""
        return tuple(sorted({*_built_in_names(), *self._imported}))

    def is_imported(self, slot: int) -> bool:
        """Say whether a slot's font was imported."""
        return slot in self._imported

    def load(self, slot: int) -> Font:
        """Return the font of a slot; UnknownFont when it is empty."""
        if slot not in self._loaded:
            self._loaded[slot] = self._filled_in(self._own(slot))
        return self._loaded[slot]

    def _own(self, slot: int) -> Font:
        if slot in self._imported:
            return self._imported[slot]
        if slot not in _built_in_names():
            known = [*self.slots()]
            raise UnknownFont(f"no font in slot {slot}", font=slot, known=known)
        return _built_in(slot)

    def _filled_in(self, font: Font) -> Font:
        lent: dict[str, Glyph] = {}
        for slot, other in sorted(self._imported.items()):
            above, below = font.baseline - other.baseline, font.rows - font.baseline
            if slot == font.slot or above < 0 or other.rows - other.baseline > below:
                continue
            for letter in other.glyphs.keys() - font.glyphs.keys() - lent.keys():
                drawn = other.glyphs[letter]
                room = ((above, font.rows - above - other.rows), (0, 0))
                lent[letter] = np.pad(drawn, room)
        return replace(font, glyphs={**lent, **font.glyphs}) if lent else font


def read_folder(folder: Path) -> FontBook:
    """Return the book of a site: `SLOT-name.font` files in a folder, which need not exist.

    BadBytes names the file that is no font.
    """
    imported = {}
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        try:
            slot = int(path.name.partition("-")[0])
            imported[slot] = Font.parse(path.read_text("utf-8"), slot)
        except (ValueError, BadBytes) as exc:
            raise BadBytes("font", f"{path.name}: {exc}") from exc
    return FontBook(imported)


@cache
def _built_in(slot: int) -> Font:
    return Font.parse(_folder().joinpath(_built_in_names()[slot]).read_text("utf-8"), slot)


@cache
def _built_in_names() -> dict[int, str]:
    names = [file.name for file in _folder().iterdir() if file.name.endswith(_SUFFIX)]
    return {int(name.partition("-")[0]): name for name in names}


def _folder() -> resources.abc.Traversable:
    return resources.files("playlists.text.fonts")


BUILT_IN: Final = FontBook()
