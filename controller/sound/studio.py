"""The studio: what operators upload is surveyed, what they schedule is rendered, once.

Work on strangers' bytes happens in the cage; what comes out is kept with what was measured on it.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from controller.assets import Files
from controller.errors import NotFound
from controller.sound.cage import Cage
from controller.sound.measured import MeasuredSound
from controller.sound.settings import SoundSettings
from controller.store import sounds as rows
from controller.store.store import Store
from playlists.audio.progress import Tell, untold
from playlists.audio.recipe import Recipe
from playlists.audio.survey import Survey
from playlists.schedule.plan import Asset, AssetKind

RENDERING: Final = 1
"""Count up when the same recipe comes out differently, and everything is rendered anew."""


class Studio:
    """Makes sounds and remembers how loud they are."""

    def __init__(
        self, store: Store, settings: SoundSettings, assets: Files, cage: Cage | None = None
    ) -> None:
        self._store = store
        self._assets = assets
        self._cage = Cage() if cage is None else cage
        self.settings = settings

    def survey(self, data: bytes, tell: Tell = untold) -> Survey:
        """Decode an upload to its end; ContentRefused when it is no sound we can work on."""
        return self._cage.survey(data, tell)

    def rendered(self, recipe: Recipe, sources: Sequence[Path], tell: Tell = untold) -> Asset:
        """Return the asset of a recipe, made now or before; its file is on the disk.

        The sources are files named by their SHA-256, as `Files` keeps them. No transaction is open
        while it is made. Raises ContentRefused.
        """
        key = _key(recipe, sources)
        with self._store.read() as tx:
            known = rows.made(tx, key)
        if known is None or not self._is_here(known.sha256):
            sound = self._cage.render(recipe, sources, tell)
            known = MeasuredSound(
                sha256=self._assets.put(sound.data),
                codec=sound.codec,
                size_bytes=len(sound.data),
                duration_ms=sound.duration_ms,
                target_lufs=sound.target_lufs,
                loudness_lufs=sound.loudness_lufs,
                true_peak_dbtp=sound.true_peak_dbtp,
            )
            with self._store.write() as tx:
                rows.add(tx, key, known)
        return Asset(known.sha256, AssetKind.SOUND, known.size_bytes, known.duration_ms)

    def measured(self, sha256: str) -> MeasuredSound:
        """Return what was measured on an asset after it was encoded; NotFound."""
        with self._store.read() as tx:
            found = rows.find(tx, sha256)
        if found is None:
            raise NotFound("sound", sha256[:64])
        return found

    def _is_here(self, sha256: str) -> bool:
        try:
            self._assets.path(sha256)
        except NotFound:
            return False
        return True


def _key(recipe: Recipe, sources: Sequence[Path]) -> str:
    told = [RENDERING, recipe.to_json(), [path.name for path in sources]]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
