"""Decoded sounds of one gateway, each held once for all loudspeakers that need it."""

from collections.abc import Callable
from weakref import WeakValueDictionary

from playlists.audio.decode import decode
from playlists.audio.sound import Samples
from playlists.errors import BadBytes
from playlists.schedule.plan import Asset


class SoundShelf:
    """Sounds by asset. It holds nothing itself: a sound is gone when no player has it any more.

    An hour is 345 MB, and the clusters of a ward say the same at the same time. For one thread.
    """

    def __init__(self, read: Callable[[Asset], bytes | None]) -> None:
        self._read = read
        self._held: WeakValueDictionary[str, Samples] = WeakValueDictionary()

    def get(self, asset: Asset) -> Samples:
        """Return the samples, for reading only; PlaylistsError when there are none."""
        held = self._held.get(asset.sha256)
        if held is None:
            data = self._read(asset)
            if data is None:
                raise BadBytes("sound", "its file is not here")
            held = decode(data)
            held.flags.writeable = False
            self._held[asset.sha256] = held
        return held
