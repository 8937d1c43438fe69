"""What can be played at once: sounds that are decoded, and streams that are tuned in."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from firmware_bridge.clock import Clock
from firmware_bridge.live.receiver import Tune
from firmware_bridge.live.reception import Reception
from firmware_bridge.player.hand import Hand
from firmware_bridge.player.programme import Programme, Recorded
from playlists.audio.sound import Samples
from playlists.errors import PlaylistsError
from playlists.schedule.plan import Asset, Item

logger = logging.getLogger(__name__)


class Shelf:
    """Prepares what is wanted beside the event loop, and forgets what no longer is."""

    def __init__(
        self,
        name: str,
        clock: Clock,
        *,
        has: Callable[[Asset], bool],
        decode: Callable[[Asset], Samples],
        decoder: Hand,
        tune: Tune,
        changed: Callable[[], None],
    ) -> None:
        """Be empty; `changed` is called when something has become ready, or fares otherwise."""
        self._name = name
        self._clock = clock
        self._has = has
        self._decode = decode
        self._decoder = decoder
        self._tune = tune
        self._changed = changed
        self._decoded: dict[str, Samples] = {}
        self._decoding: dict[str, asyncio.Task[None]] = {}
        self._broken: dict[str, str] = {}
        self._receptions: dict[str, Reception] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def is_busy(self) -> bool:
        """Say whether something is being decoded."""
        return bool(self._decoding)

    def has(self, item: Item) -> bool:
        """Say whether an item can be made ready; a stream always may be."""
        return item.asset.live is not None or self._is_here(item.asset)

    def is_ready(self, item: Item) -> bool:
        """Say whether an item could be heard at once.

        A station that is lost is ready when its fallback is, or cannot be.
        """
        if item.asset.live is None:
            return item.asset.sha256 in self._decoded and self._is_here(item.asset)
        reception = self._receptions.get(item.occurrence)
        if reception is None or reception.is_ready or item.asset.live.ends:
            return reception is not None and reception.is_ready
        return reception.is_lost and not any(map(self._is_coming, item.asset.files))

    def prepare(self, *wanted: Item | None) -> None:
        """Have these ready as soon as can be, and nothing else."""
        items = {item.occurrence: item for item in wanted if item is not None}
        files = {file.sha256: file for item in items.values() for file in item.asset.files}
        self._decoded = {name: one for name, one in self._decoded.items() if name in files}
        for name, asset in files.items():
            if name not in self._decoding and self._is_coming(asset):
                task = asyncio.create_task(self._decode_one(asset), name=f"decode {name[:12]}")
                self._decoding[name] = task
        for occurrence in self._receptions.keys() - items.keys():
            self._end(self._receptions.pop(occurrence))
        for item in items.values():
            if item.asset.live is not None and item.occurrence not in self._receptions:
                self._receptions[item.occurrence] = self._tuned(item)

    def take(self, item: Item, first: int) -> Programme:
        """Return what is ready, from a sample on; a stream has only now."""
        reception = self._receptions.get(item.occurrence)
        if reception is None:
            return Recorded(self._decoded[item.asset.sha256], first)
        reception.begin()
        return reception

    def why_not(self, item: Item) -> str:
        """Say why an item is not ready; "" = it is only late."""
        if item.asset.live is not None:
            reception = self._receptions.get(item.occurrence)
            return (
                ""
                if reception is None or reception.is_ready
                else (f"it was never heard: {reception.why}")
            )
        if item.asset.sha256 in self._broken:
            return f"it cannot be played: {self._broken[item.asset.sha256]}"
        return "" if self._has(item.asset) else "its file was not there"

    async def close(self) -> None:
        """Prepare nothing more."""
        self.prepare()
        for task in self._decoding.values():
            task.cancel()
        if self._closing:
            await asyncio.wait(self._closing)

    def _is_here(self, asset: Asset) -> bool:
        return asset.sha256 not in self._broken and self._has(asset)

    def _is_coming(self, asset: Asset) -> bool:
        """Say whether a file can be decoded, and is not yet."""
        return asset.sha256 not in self._decoded and self._is_here(asset)

    async def _decode_one(self, asset: Asset) -> None:
        try:
            samples = await self._decoder.do(partial(self._decode, asset))
            self._decoded[asset.sha256] = samples
        except PlaylistsError as exc:
            logger.warning("%s cannot play a sound: %s", self._name, exc)
            self._broken[asset.sha256] = str(exc)
        finally:
            del self._decoding[asset.sha256]
            self._changed()

    def _tuned(self, item: Item) -> Reception:
        live = item.asset.live
        if live is None:
            raise AssertionError("only a stream is tuned in")
        fallback = None if live.fallback is None else live.fallback.sha256
        return Reception(
            item,
            live,
            tune=self._tune,
            clock=self._clock,
            fallback=lambda: self._decoded.get(fallback or ""),
            changed=self._changed,
        )

    def _end(self, reception: Reception) -> None:
        task = asyncio.create_task(reception.close(), name="end a reception")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
