"""One board's firmware orders: checked, remembered, fetched for, carried out, reported.

An order is state: it stands until another comes, so a board that is dark at night is updated in
the morning. What became of the newest order is on disk, and a failed one is not tried again.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from drivers.ports import Status
from firmware_bridge import disk
from firmware_bridge.assets import AssetStore, FirmwareFile, Source
from firmware_bridge.errors import (
    AssetUnavailable,
    BadImage,
    LinkWireError,
    Refused,
    UpdateFailed,
    Withdrawn,
)
from firmware_bridge.firmware.update import Bench, Update
from firmware_bridge.link.backoff import Backoff
from firmware_bridge.link.envelope import Domain, Keys, open_sealed
from firmware_bridge.link.manifest import MAX_FILE_BYTES, Image
from firmware_bridge.link.messages import FirmwareOrder, FirmwareReport, FirmwareStage

logger = logging.getLogger(__name__)

UNSUPPORTED: Final = "unsupported"
"""Why an order for a device failed that takes no firmware over its line."""
NO_KEYS: Final = "no-firmware-keys"
"""Why an order failed on a gateway that trusts nobody's firmware."""
NO_FILE: Final = "asset-unavailable"
TOLD_STEPS: Final = 50
"""Progress is told so often while a board is written, however many blocks it has."""
_FILE: Final = "firmware.json"


@dataclass(frozen=True, slots=True)
class Rules:
    """Whose orders and whose firmware a gateway follows, and where its files come from."""

    tenant: str
    orders: Keys
    images: Keys
    assets: AssetStore
    source: Source


@dataclass(frozen=True, slots=True)
class _Memory:
    """What must not be forgotten: the newest order and what became of it."""

    order: FirmwareOrder | None = None
    begun: bool = False
    """The board has begun to receive for this order."""
    report: FirmwareReport | None = None

    @property
    def number(self) -> int:
        return -1 if self.order is None else self.order.number

    @property
    def is_settled(self) -> bool:
        return self.report is None or self.report.stage.is_final


class Fitter:
    """Brings one device to the firmware it is ordered to run."""

    def __init__(
        self,
        device: str,
        folder: Path,
        rules: Rules,
        bench: Bench | None,
        *,
        report: Callable[[FirmwareReport], None],
        restarted: Callable[[], None],
        status: Callable[[], Awaitable[Status]] | None,
        tidy: Callable[[], None],
    ) -> None:
        """`bench` is None for a device that takes no firmware.

        `restarted` is called when the board has started anew; `status` then says whether it does
        its work. `tidy` is called when a file is needed no longer.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._device = device
        self._file = folder / _FILE
        self._rules = rules
        self._bench = bench
        self._report = report
        self._restarted = restarted
        self._status = status
        self._tidy = tidy
        self._news = asyncio.Event()
        self._memory = self._recall()
        if self._memory.report is not None:
            report(self._memory.report)
            self._news.set()

    @property
    def needed(self) -> set[str]:
        """Return the files that an open order needs."""
        order = self._memory.order
        open_order = order is not None and not self._memory.is_settled
        return {order.sha256} if order is not None and open_order and order.sha256 else set()

    def take(self, envelope: bytes) -> None:
        """Take an order of any origin; only a genuine one that is newer changes anything."""
        if not envelope:
            return  # a cleared retained message: the order we hold still stands
        try:
            order = FirmwareOrder.decode(open_sealed(envelope, Domain.FIRMWARE, self._rules.orders))
        except (Refused, LinkWireError) as exc:
            logger.warning("%s ignores a firmware order: %s", self._device, exc)
            return
        if (order.tenant, order.device) != (self._rules.tenant, self._device):
            logger.warning("%s ignores a firmware order for %s", self._device, order.device)
        elif order.number > self._memory.number:
            self._follow(order)
        elif order.number < self._memory.number:
            logger.warning("%s ignores firmware order %d again", self._device, order.number)
        elif self._memory.report is not None:
            self._report(self._memory.report)  # a controller that was away sends its orders again

    async def run(self) -> None:
        """Carry orders out, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            order = self._memory.order
            if order is not None and not self._memory.is_settled:
                await self._carry_out(order)

    def _follow(self, order: FirmwareOrder) -> None:
        before = self._memory
        settled = before.is_settled
        if order.sha256 is None and not settled and before.report is not None:
            # What runs ends where no harm is done, and says itself how it ended.
            report = replace(before.report, number=order.number)
            memory = replace(before, order=order, report=report)
        elif order.sha256 is None:
            report = FirmwareReport(order.number, "", FirmwareStage.WITHDRAWN)
            if before.report is not None and before.report.stage is not FirmwareStage.WITHDRAWN:
                report = replace(before.report, number=order.number)
            memory = _Memory(order, report=report)
        else:
            report = FirmwareReport(order.number, order.version, FirmwareStage.FETCHING)
            memory = _Memory(order, report=report)
        logger.info(
            "%s: firmware order %d, %s", self._device, order.number, order.version or "none"
        )
        self._remember(memory)
        self._report(report)
        self._news.set()

    async def _carry_out(self, order: FirmwareOrder) -> None:
        try:
            if order.sha256 is None:
                raise Withdrawn("nothing is wanted")
            image = await self._image(order)
            await self._update(order, image)
        except (BadImage, UpdateFailed) as exc:
            logger.warning("%s does not take firmware %s: %s", self._device, order.version, exc)
            self._settle(order, FirmwareStage.FAILED, exc.reason, exc.detail)
        except Withdrawn:
            self._settle(order, FirmwareStage.WITHDRAWN)
        except Exception:
            # A mistake of ours must not end the gateway; the order fails and says so.
            logger.exception("%s: a firmware update broke", self._device)
            self._settle(order, FirmwareStage.FAILED, "internal")
        else:
            logger.info("%s runs firmware %s", self._device, order.version)
            self._settle(order, FirmwareStage.CONFIRMED)
        self._tidy()

    async def _image(self, order: FirmwareOrder) -> Image:
        """Return the ordered image, whole and genuine. BadImage, UpdateFailed, Withdrawn."""
        if self._bench is None:
            raise UpdateFailed(UNSUPPORTED, "a device of this kind takes no firmware from here")
        if not self._rules.images:
            raise UpdateFailed(NO_KEYS, "the gateway's file names no firmware_keys")
        if not 0 < order.size_bytes <= MAX_FILE_BYTES:
            raise BadImage("too-large", f"a file of {order.size_bytes} bytes")
        image = Image.read(await self._fetch(order))
        image.manifest.check(self._rules.images)
        self._tell(order, FirmwareStage.STAGED)
        return image

    async def _fetch(self, order: FirmwareOrder) -> bytes:
        file = FirmwareFile(order.sha256 or "", order.size_bytes)
        backoff = Backoff()
        while True:
            data = await asyncio.to_thread(self._rules.assets.read, file)
            if data is not None:
                return data
            self._check_wanted(order)
            try:
                await self._rules.assets.fetch(file, self._rules.source)
            except AssetUnavailable as exc:
                report = FirmwareReport(
                    order.number,
                    order.version,
                    FirmwareStage.FETCHING,
                    reason=NO_FILE,
                    detail=str(exc),
                )
                self._say(order, report)
                with suppress(TimeoutError):
                    async with asyncio.timeout(backoff.delay_s()):
                        await self._news.wait()

    async def _update(self, order: FirmwareOrder, image: Image) -> None:
        assert self._bench is not None  # noqa: S101 -- _image came before

        def tell(stage: FirmwareStage, done: int, total: int, detail: str) -> None:
            step = max(1, -(-total // TOLD_STEPS))
            if stage is not FirmwareStage.WRITING or detail or done % step == 0 or done == total:
                self._tell(order, stage, done, total, detail)

        await Update(
            image,
            self._bench,
            tell=tell,
            wanted=lambda: self._wants(order),
            began=lambda: self._began(order),
            begun=self._memory.begun,
            restarted=self._restarted,
            status=self._status,
        ).run()

    def _began(self, order: FirmwareOrder) -> None:
        if self._wants(order):
            self._remember(replace(self._memory, begun=True))

    def _wants(self, order: FirmwareOrder) -> bool:
        newest = self._memory.order
        return newest is not None and newest.number == order.number

    def _check_wanted(self, order: FirmwareOrder) -> None:
        if not self._wants(order):
            raise Withdrawn("another order came")

    def _tell(
        self,
        order: FirmwareOrder,
        stage: FirmwareStage,
        done: int = 0,
        total: int = 0,
        what: str = "",
    ) -> None:
        self._say(
            order, FirmwareReport(order.number, order.version, stage, done, total, None, what)
        )

    def _settle(
        self,
        order: FirmwareOrder,
        stage: FirmwareStage,
        reason: str | None = None,
        detail: str = "",
    ) -> None:
        """Report and remember an end, under the newest number when that wants nothing else."""
        newest = self._memory.order
        if newest is not None and newest.number != order.number and newest.sha256 is not None:
            return  # another image is wanted by now: its own end counts
        number = order.number if newest is None else newest.number
        version = "" if stage is FirmwareStage.WITHDRAWN else order.version
        report = FirmwareReport(number, version, stage, reason=reason, detail=detail)
        self._remember(replace(self._memory, report=report))
        self._report(report)

    def _say(self, order: FirmwareOrder, report: FirmwareReport) -> None:
        if self._wants(order) and report != self._memory.report:
            self._memory = replace(self._memory, report=report)
            self._report(report)

    def _remember(self, memory: _Memory) -> None:
        """Keep it on disk. A disk that fails must not keep a board from its update."""
        self._memory = memory
        document = {
            "order": None if memory.order is None else json.loads(memory.order.encode()),
            "begun": memory.begun,
            "report": None if memory.report is None else memory.report.to_json(),
        }
        try:
            disk.write_whole(self._file, json.dumps(document).encode())
        except OSError:
            logger.exception("%s cannot be written", self._file)

    def _recall(self) -> _Memory:
        try:
            return _read_memory(json.loads(self._file.read_bytes()))
        except FileNotFoundError:
            return _Memory()
        except (OSError, ValueError, KeyError, TypeError, AttributeError, LinkWireError) as exc:
            logger.warning("%s: %s is lost: %s", self._device, self._file.name, exc)
            return _Memory()


def _read_memory(document: Mapping[str, Any]) -> _Memory:
    order, report = document["order"], document["report"]
    return _Memory(
        order=None if order is None else FirmwareOrder.decode(json.dumps(order).encode()),
        begun=bool(document["begun"]),
        report=None if report is None else FirmwareReport.from_json(report),
    )
