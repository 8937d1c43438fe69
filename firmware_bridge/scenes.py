"""Decoded scenes of one board, kept while its plan needs them."""

import logging
from collections.abc import Callable, Collection

from playlists.errors import BadBytes
from playlists.schedule.plan import Asset, AssetKind
from playlists.text.frame import Depth, Geometry
from playlists.text.scene import Scene, decode

logger = logging.getLogger(__name__)


class SceneShelf:
    """Scenes by asset, for boards of one geometry and depth."""

    def __init__(
        self, geometry: Geometry, depth: Depth, read: Callable[[Asset], bytes | None]
    ) -> None:
        self._geometry = geometry
        self._depth = depth
        self._read = read
        self._scenes: dict[str, Scene | None] = {}

    def get(self, asset: Asset) -> Scene | None:
        """Return the scene; None while its file is not here, or when this board cannot show it."""
        if asset.sha256 not in self._scenes:
            data = self._read(asset)
            if data is None:
                return None
            self._scenes[asset.sha256] = self._decode(asset, data)
        return self._scenes[asset.sha256]

    def keep_only(self, needed: Collection[str]) -> None:
        """Forget what no plan needs."""
        self._scenes = {name: one for name, one in self._scenes.items() if name in needed}

    def _decode(self, asset: Asset, data: bytes) -> Scene | None:
        try:
            scene = decode(data)
            if asset.kind is not AssetKind.SCENE:
                raise BadBytes("scene", f"planned as a {asset.kind}")
            if (scene.geometry, scene.depth) != (self._geometry, self._depth):
                made = f"{scene.geometry} {scene.depth.word}"
                raise BadBytes("scene", f"made for {made}, not {self._geometry} {self._depth.word}")
        except BadBytes as exc:
            logger.warning("the asset %s cannot be shown here: %s", asset.sha256[:12], exc)
            return None
        return scene
