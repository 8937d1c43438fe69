"""A simulated board's bootloader: two slots, a boot record, and nothing that a power cut breaks.

Everything that matters is in the flash; what is not, a power cut takes. A slot is judged by what
stands in it and never by a note about it. The boot record has two copies that are written in
turns, each with a counter and a checksum, so one of them is always whole.

Firmware is data here, but some of it misbehaves as real firmware does: images that begin with
`HANG` hear nothing, with `CRASH` restart at once, with `MUTE` leave the board's dialect dead.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from drivers.bootloader.codec import MAX_BLOCKS, BoardDecoder, encode
from drivers.bootloader.packets import (
    NO_MARK,
    Activate,
    Answer,
    Begin,
    Block,
    Condition,
    Confirm,
    Done,
    Fall,
    Hello,
    Info,
    Message,
    Packet,
    Progress,
    Refusal,
    Refused,
    Revert,
)
from firmware_bridge.errors import BadImage
from firmware_bridge.link.envelope import Keys
from firmware_bridge.link.manifest import Image, Manifest
from simulator.boards.bootrecord import BootRecord, Record
from simulator.boards.flash import Flash, PowerLost
from simulator.boards.slots import Slots

BLOCK_BYTES: Final = 512
SLOT_BYTES: Final = 1 << 20
TRIAL_STARTS: Final = 3
"""A new image may start so often before the board stops trying it."""
TRIAL_S: Final = 300.0
"""So long after a start the host has not confirmed it: then it never will."""

_REFUSALS: Final[Mapping[str, Refusal]] = {one.word: one for one in Refusal}


class _No(Exception):
    """The board refuses."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.word)
        self.reason = reason


class BoardBootloader:
    """The board's half of docs/protocols/bootloader.md, on a flash of its own."""

    def __init__(
        self,
        factory: Image,
        keys: Keys,
        clock: Callable[[], float],
        *,
        address: int = 0,
        restarted: Callable[[], None] = lambda: None,
        block_bytes: int = BLOCK_BYTES,
    ) -> None:
        """Leave the works with the image `factory`; `restarted` hears of every start."""
        self._hardware = factory.manifest.hardware
        self._keys = keys
        self._clock = clock
        self._address = address
        self._restarted = restarted
        self.flash = Flash()
        self.worn_out = False
        """Whether the flash takes nothing any more."""
        self._slots = Slots(self.flash, block_bytes)
        self._slots.fill(0, factory)
        self._record = BootRecord(self.flash)
        self._record.make(Record.first(factory.manifest.version))
        self.flash.operations = 0  # the power does not go at the works
        self._slot, self._running, self._on_trial, self._dead = 0, factory, False, False
        self._restart()

    @property
    def running(self) -> Image:
        """Return the image that runs: whole and signed, whatever happened before."""
        return self._running

    @property
    def serves(self) -> bool:
        """Say whether the running firmware does the board's own work."""
        return not (self._dead or self.running.data.startswith((b"HANG", b"MUTE")))

    def receive(self, data: bytes) -> bytes:
        """Take bytes in any pieces and return what the board answers. Never raises."""
        self.look_at_clock()
        if self._dead or self.running.data.startswith(b"HANG"):
            return b""
        return b"".join(map(self._serve, self._decoder.receive(data)))

    def look_at_clock(self) -> None:
        """Let the watchdog end a trial whose time is over."""
        if self._on_trial and self._clock() - self._started_at_s >= TRIAL_S:
            self._survive(lambda: self._fall_back(Fall.TIME))

    def power_cut(self) -> None:
        """Lose everything that is not in the flash, and start again."""
        self._restart()

    def _serve(self, message: Message) -> bytes:
        if message.address != self._address:
            return b""
        self._restart_after_answer = False
        try:
            answer = self._answer(message.packet)
        except _No as exc:
            answer = Refused(exc.reason)
        except PowerLost:
            self._restart()
            return b""
        if self._restart_after_answer:
            self._restart()
        return encode(Message(self._address, message.sequence, answer))

    def _answer(self, packet: Packet) -> Answer:
        if self.worn_out and not isinstance(packet, Hello):
            raise _No(Refusal.WRITE_FAILED)
        match packet:
            case Begin(manifest):
                return self._begin(manifest)
            case Block(index, data):
                return self._write(index, data)
            case Activate(sha256):
                return self._activate(sha256)
            case Confirm(sha256):
                return self._confirm(sha256)
            case Revert(sha256):
                return self._revert(sha256)
            case _:
                return self._info()

    def _info(self) -> Info:
        record, running = self._record.read(), self.running.manifest
        return Info(
            hardware=self._hardware,
            running=running.version,
            running_mark=running.mark,
            confirmed=record.highest,
            slot=self._slot,
            condition=self._condition(),
            starts_left=record.starts_left,
            failed=record.failed,
            why=record.why,
            block_bytes=self._slots.block_bytes,
            slot_bytes=SLOT_BYTES,
        )

    def _condition(self) -> Condition:
        if self._on_trial:
            return Condition.TRIAL
        manifest = self._manifest(self._other)
        if manifest is None:
            return Condition.IDLE
        progress = self._progress(manifest)
        complete = progress.next_block == progress.blocks
        return Condition.READY if complete else Condition.RECEIVING

    def _begin(self, raw: bytes) -> Progress:
        manifest = self._judged(raw)
        if self._on_trial:
            raise _No(Refusal.ON_TRIAL)
        record = self._record.read()
        # An image that is confirmed and rotted may be repaired; else only newer ones are taken.
        newest_runs = self.running.manifest.version == record.highest
        if manifest.version < record.highest or (
            newest_runs and manifest.version == record.highest
        ):
            raise _No(Refusal.NOT_NEWER)
        if manifest.size_bytes > SLOT_BYTES or self._slots.blocks(manifest) > MAX_BLOCKS:
            raise _No(Refusal.TOO_LARGE)
        if record.failed != NO_MARK:
            self._record.write(replace(record, failed=NO_MARK, why=Fall.NONE))
        if self._slots.manifest(self._other) != raw:
            self._slots.begin(self._other, raw)
        return self._progress(manifest)

    def _write(self, index: int, data: bytes) -> Progress:
        manifest = self._begun()
        progress = self._progress(manifest)
        if index != progress.next_block or index == progress.blocks:
            return progress  # known already, or out of turn
        if len(data) != self._slots.block_length(manifest, index):
            raise _No(Refusal.BAD_BLOCK)
        self._slots.write(self._other, index, data)
        return self._progress(manifest)

    def _activate(self, sha256: bytes) -> Done:
        if self._runs(sha256):
            return Done()  # the answer before was lost
        manifest = self._begun()
        if manifest.sha256 != sha256:
            raise _No(Refusal.NOT_BEGUN)
        if self._condition() is not Condition.READY:
            raise _No(Refusal.INCOMPLETE)
        if self._whole(self._other) is None:
            self._slots.forget(self._other)  # it must be received anew
            raise _No(Refusal.DAMAGED)
        trial = replace(self._record.read(), trial=self._other, starts_left=TRIAL_STARTS)
        self._record.write(trial)
        self._restart_after_answer = True
        return Done()

    def _confirm(self, sha256: bytes) -> Done:
        if not self._runs(sha256):
            raise _No(Refusal.NOT_ON_TRIAL)
        if self._on_trial:
            record = self._record.read()
            highest = max(record.highest, self.running.manifest.version)
            self._record.write(
                replace(record, confirmed=self._slot, trial=None, starts_left=0, highest=highest)
            )
            self._on_trial = False
        return Done()

    def _revert(self, sha256: bytes) -> Done:
        if self._runs(sha256):
            if not self._on_trial:
                raise _No(Refusal.NOT_ON_TRIAL)
            self._end_trial(Fall.REVERTED)
            self._restart_after_answer = True
        return Done()

    def _judged(self, raw: bytes) -> Manifest:
        """Return a manifest that a trusted key signed for this hardware."""
        try:
            manifest = Manifest.read(raw)
            manifest.check(self._keys)
        except BadImage as exc:
            raise _No(_REFUSALS[exc.reason]) from exc
        if manifest.hardware != self._hardware:
            raise _No(Refusal.WRONG_HARDWARE)
        return manifest

    def _begun(self) -> Manifest:
        manifest = None if self._on_trial else self._manifest(self._other)
        if manifest is None:
            raise _No(Refusal.ON_TRIAL if self._on_trial else Refusal.NOT_BEGUN)
        return manifest

    def _runs(self, sha256: bytes) -> bool:
        return self.running.manifest.sha256 == sha256

    @property
    def _other(self) -> int:
        return 1 - self._slot

    def _progress(self, manifest: Manifest) -> Progress:
        received = self._slots.received(self._other, manifest)
        return Progress(received, self._slots.blocks(manifest))

    def _manifest(self, slot: int) -> Manifest | None:
        """Return the manifest in a slot, unless it is torn, forged or another board's."""
        try:
            return self._judged(self._slots.manifest(slot))
        except _No:
            return None

    def _whole(self, slot: int) -> Image | None:
        """Return the image in a slot, if it is one: whole, signed, for this hardware."""
        manifest = self._manifest(slot)
        return None if manifest is None else self._slots.image(slot, manifest)

    def _end_trial(self, why: Fall) -> None:
        record = self._record.read()
        tried = None if record.trial is None else self._manifest(record.trial)
        mark = NO_MARK if tried is None else tried.mark
        self._record.write(replace(record, trial=None, starts_left=0, failed=mark, why=why))

    def _fall_back(self, why: Fall) -> None:
        self._end_trial(why)
        self._restart()

    def _survive(self, work: Callable[[], None]) -> None:
        """Do something during which the power may go; it comes back, and the board starts."""
        try:
            work()
        except PowerLost:
            self._restart()

    def _restart(self) -> None:
        """Start, again and again where the power goes or the firmware crashes."""
        starting = True
        while starting:
            try:
                self._start()
                starting = self.running.data.startswith(b"CRASH")
            except PowerLost:
                continue
        self._restarted()

    def _start(self) -> None:
        """Choose what to run: the image on trial while its starts last, else the confirmed one."""
        self._decoder = BoardDecoder()
        self._restart_after_answer = False
        self._started_at_s = self._clock()
        record = self._record.read()
        if record.trial is not None:
            image = self._whole(record.trial)
            if image is not None and record.starts_left > 0:
                self._record.write(replace(record, starts_left=record.starts_left - 1))
                self._slot, self._running, self._on_trial = record.trial, image, True
                return
            self._end_trial(Fall.DAMAGED if image is None else Fall.RESTARTS)
        # A confirmed image that has rotted leaves the one before it, which was confirmed too.
        for slot in (record.confirmed, 1 - record.confirmed):
            image = self._whole(slot)
            if image is not None:
                self._slot, self._running, self._on_trial = slot, image, False
                return
        self._dead = True  # both slots have rotted: no power cut does that
