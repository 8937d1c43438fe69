"""The player of one board: scenes in rotation, safe content, reconnecting, proof of showing."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from drivers.errors import DriverError
from drivers.ports import Board, Capabilities, Status
from firmware_bridge.clock import Clock
from firmware_bridge.link.backoff import Backoff
from firmware_bridge.link.messages import EndReason
from firmware_bridge.player import due
from firmware_bridge.player.due import Picture
from firmware_bridge.player.hand import Hand
from firmware_bridge.player.onair import OnAir, sleep
from firmware_bridge.reporter import Reporter
from firmware_bridge.watchdog import Beat
from playlists.schedule.arbiter import Verdict, decide, rotation
from playlists.schedule.plan import Asset, BroadcastClass, Item, Plan
from playlists.text.fields import Moment
from playlists.text.frame import Frame
from playlists.text.scene import Motion, Page, Scene
from playlists.text.strip import Strip

logger = logging.getLogger(__name__)

AFTER_BUG: Final = timedelta(seconds=1)
"""How long to wait after an error that should not exist."""
CLOCK_CHECK: Final = timedelta(seconds=1)
"""How often an untrusted clock is asked again."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


_Look = Frame | tuple[Strip, Motion, int] | None
"""What makes two pictures look the same; None = dark."""


@dataclass(frozen=True, slots=True)
class Program:
    """What the board is to show at an instant, and when to look again."""

    on_air: OnAir
    scene: Scene | None
    """None = dark."""
    on: tuple[Item, ...]
    """Everything that counts as shown: all that take turns."""
    until: datetime | None
    emergency: bool = False


class BoardPlayer:
    """Plays plans on one board. `follow` and `refresh` may be called at any time."""

    def __init__(
        self,
        *,
        name: str,
        open_board: Callable[[], Board],
        hand: Hand,
        clock: Clock,
        reporter: Reporter,
        scene: Callable[[Asset], Scene | None],
        report: Callable[[OnAir], None],
        beat: Beat = lambda: None,
    ) -> None:
        """`scene` returns a decoded asset, None while it is not here; `report` hears changes.

        `beat` is called each time the player comes round.
        """
        self._name = name
        self._open_board = open_board
        self._hand = hand
        self._clock = clock
        self._reporter = reporter
        self._scene = scene
        self._report = report
        self._beat = beat
        self._plan: Plan | None = None
        self._wake = asyncio.Event()
        self._stopping = False
        self._has_restarted = False
        self._program: Program | None = None
        self._decided_at = clock.now()
        self._form: tuple[tuple[str, ...], datetime] | None = None
        self._board: Board | None = None
        self._shown: tuple[_Look, bool] = None, False
        self._shown_at: datetime | None = None
        self._fault = ""
        self._backoff = Backoff()
        self._retry_at: datetime | None = None
        self._marks: dict[str, tuple[Item, int]] = {}
        self._without_file: dict[str, Item] = {}
        self._on_air: OnAir | None = None

    def follow(self, plan: Plan) -> None:
        """Play by this plan from now on."""
        self._plan = plan
        self._wake.set()

    def refresh(self) -> None:
        """Look again at once: an asset has arrived, or the link is back."""
        self._retry_at = None
        self._wake.set()

    def restarted(self) -> None:
        """Open the board anew: it has started again, and shows nothing of what it was told."""
        self._has_restarted = True
        self.refresh()

    async def status(self) -> Status:
        """Ask the board how it is, with the driver that plays on it; not well while none does."""
        board = self._board
        if board is None or self._has_restarted or self._fault:
            return Status(ok=False, detail=self._fault or "it is being opened")
        return await self._hand.do(board.status)

    def stop(self) -> None:
        """Make `run` return: everything ends as stopped, and the board goes dark."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Play until stopped. No error of the hardware ends this."""
        while not self._stopping:
            self._beat()
            if self._wake.is_set():
                self._wake.clear()
                self._program = None
            try:
                look_again = await self._tick()
            except Exception:
                logger.exception("%s: the player made a mistake and goes on", self._name)
                look_again = self._clock.now() + AFTER_BUG
            if not self._stopping:
                await sleep(self._clock, look_again, self._wake)
        await self._leave()

    async def _tick(self) -> datetime | None:
        """Do what is due now; return when to look again."""
        now = self._clock.now()
        self._reporter.alive(now)
        program = self._program
        if program is None or not self._decided_at <= now < (program.until or _NEVER):
            program = self._program = self._decide(now)
            self._decided_at = now
        look_again = await self._display(program, now)
        self._account(program, self._clock.now())
        self._tell(program)
        return min(filter(None, (program.until, look_again)), default=None)

    def _decide(self, now: datetime) -> Program:
        plan = self._plan
        if plan is None:
            return Program(OnAir(why="there is no plan yet"), None, (), None)
        if not self._clock.trusted:
            why = "the clock cannot be trusted, so nothing scheduled plays"
            return self._idle(plan, now, now + CLOCK_CHECK, why)
        self._watch_files(plan, now)
        missing = self._without_file
        items = tuple(item for item in plan.items if item.occurrence not in missing)
        verdict = self._steady(decide(replace(plan, items=items), now, exclusive=False))
        ends = [item.end for item in missing.values()]
        until = min(filter(None, (verdict.until, *ends)), default=None)
        turn = rotation(verdict, now)
        if turn is None:
            return self._idle(plan, verdict.since, until, verdict.why)
        item = turn.item
        on_air = OnAir(
            item.broadcast,
            item.occurrence,
            item.asset.sha256,
            turn.since,
            item.end,
            verdict.why,
        )
        until = min(filter(None, (until, turn.until)), default=None)
        emergency = item.broadcast_class is BroadcastClass.EMERGENCY
        return Program(on_air, self._scene(item.asset), verdict.on, until, emergency)

    def _idle(self, plan: Plan, since: datetime, until: datetime | None, why: str) -> Program:
        scene = None if plan.safe is None else self._scene(plan.safe)
        asset = plan.safe.sha256 if plan.safe is not None and scene is not None else None
        return Program(OnAir(None, None, asset, since, until, why), scene, (), until)

    def _steady(self, verdict: Verdict) -> Verdict:
        """Keep counting turns from where we began while the same things take turns."""
        names = tuple(item.occurrence for item in verdict.on)
        if self._form is None or self._form[0] != names:
            self._form = names, verdict.since
        return replace(verdict, since=self._form[1])

    def _watch_files(self, plan: Plan, now: datetime) -> None:
        """Keep track of what is due without its file; what ends so was missed."""
        planned = {item.occurrence for item in plan.items}
        for name, item in list(self._without_file.items()):
            if now >= item.end and not self._reporter.started(name):
                detail = "its file was not there"
                self._reporter.never(item, now, EndReason.MISSED, detail)
            if now >= item.end or name not in planned or self._scene(item.asset):
                del self._without_file[name]
        for item in plan.items:
            if item.start <= now < item.end and self._scene(item.asset) is None:
                self._without_file[item.occurrence] = item

    async def _display(self, program: Program, now: datetime) -> datetime | None:
        """Bring the picture of this instant to the board; return when the next one is due."""
        if self._retry_at is not None and now < self._retry_at:
            return self._retry_at
        try:
            if self._has_restarted:
                self._has_restarted = False
                await self._close()
            if self._board is None:
                self._board = await self._hand.do(self._open_board)
                self._shown_at = None
            return await self._show(self._board, program, now)
        except DriverError as exc:
            return await self._lose(exc)

    async def _show(self, board: Board, program: Program, now: datetime) -> datetime | None:
        capabilities = board.capabilities
        emergency = program.emergency and capabilities.emergency
        if emergency:  # a board's own path for it takes pictures, not pages that move
            capabilities = replace(capabilities, motions=frozenset())
        picture, look_again = self._picture(program, capabilities, now)
        look = _look(picture), emergency
        refresh_at = _refresh_at(capabilities, self._shown_at)
        if self._shown_at is None or look != self._shown or now >= (refresh_at or _NEVER):
            await self._hand.do(partial(_hand_over, board, picture, emergency))
            self._shown, self._shown_at = look, now
            refresh_at = _refresh_at(capabilities, now)
            self._recovered()
        return min(filter(None, (look_again, refresh_at)), default=None)

    def _picture(
        self, program: Program, capabilities: Capabilities, now: datetime
    ) -> tuple[Picture | None, datetime | None]:
        """Return what the board is to show now, and when it must be looked at again."""
        scene, since = program.scene, program.on_air.since
        if scene is None or since is None:
            return None, None
        moment = Moment(now) if self._clock.trusted else None
        return due.picture(scene, since, now, capabilities, moment)

    def _recovered(self) -> None:
        if self._fault:
            logger.info("%s is back", self._name)
        self._fault, self._retry_at = "", None
        self._backoff.reset()

    async def _lose(self, exc: DriverError) -> datetime:
        level = logging.DEBUG if self._fault else logging.WARNING
        logger.log(level, "%s fails: %s", self._name, exc)
        self._fault = str(exc)
        await self._close()
        self._retry_at = self._clock.now() + timedelta(seconds=self._backoff.delay_s())
        return self._retry_at

    async def _close(self) -> None:
        board, self._board = self._board, None
        if board is not None:
            await self._hand.do(board.close)

    def _account(self, program: Program, now: datetime) -> None:
        """Bring the as-run journal up to what the board shows."""
        on = {} if self._fault else {item.occurrence: item for item in program.on}
        for name, (item, mark) in list(self._marks.items()):
            if name not in on:
                reason, detail = self._why_ended(item, program, now)
                self._reporter.end(mark, now, reason, detail)
                del self._marks[name]
        turn = on.get(program.on_air.occurrence or "")
        if turn is not None and turn.occurrence not in self._marks:
            self._marks[turn.occurrence] = turn, self._reporter.begin(turn, now)

    def _why_ended(self, item: Item, program: Program, now: datetime) -> tuple[EndReason, str]:
        plan = self._plan
        if now >= item.end:
            return EndReason.FINISHED, ""
        if plan is None or all(other.occurrence != item.occurrence for other in plan.items):
            return EndReason.CANCELLED, ""
        if self._fault:
            return EndReason.FAULT, self._fault
        if now >= plan.not_after:
            return EndReason.LEASE_ENDED, ""
        return EndReason.INTERRUPTED, program.on_air.why

    def _tell(self, program: Program) -> None:
        on_air = program.on_air
        if self._fault:
            on_air = OnAir(why=on_air.why, fault=self._fault)
        if on_air != self._on_air:
            self._on_air = on_air
            self._report(on_air)

    async def _leave(self) -> None:
        """End everything; a board that nobody attends to goes dark."""
        now = self._clock.now()
        for _item, mark in self._marks.values():
            self._reporter.end(mark, now, EndReason.STOPPED)
        self._marks.clear()
        board, self._board = self._board, None
        if board is not None:
            try:
                await self._hand.do(board.blank)
            except DriverError as exc:
                logger.warning("%s could not be darkened: %s", self._name, exc)
            await self._hand.do(board.close)


def _look(picture: Picture | None) -> _Look:
    if isinstance(picture, Page):
        return picture.strip, picture.motion, picture.speed_px_s
    return picture


def _hand_over(board: Board, picture: Picture | None, emergency: bool) -> None:  # noqa: FBT001 -- one word of three
    if picture is None:
        board.blank()
    elif isinstance(picture, Page):
        board.scroll(picture)
    else:
        board.show(picture, emergency=emergency)


def _refresh_at(capabilities: Capabilities, shown_at: datetime | None) -> datetime | None:
    if capabilities.refresh_ms is None or shown_at is None:
        return None
    return shown_at + timedelta(milliseconds=capabilities.refresh_ms)
