"""Rollouts: firmware for many boards in waves. Each step and its orders are one transaction.

What to do next is decided in `controller.waves`; here it is carried out and remembered. An order
is state: signed, numbered, retained by the broker, published again whenever that may have lost it.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from controller import waves
from controller.audit import content_of, record
from controller.clock import Clock
from controller.district import District
from controller.errors import Conflict, Invalid, NotFound
from controller.firmware import check_administrator, existing
from controller.fitting import Firmware, Rollout, RolloutDevice, RolloutDraft, RolloutState
from controller.model import DeviceKind, Person
from controller.settings import Settings
from controller.store import firmware as orders
from controller.store import proof
from controller.store import rollouts as rows
from controller.store.pages import page
from controller.store.store import Store, Tx
from controller.waves import Begin, Finish, Halt, Member, Wait
from firmware_bridge.link import envelope
from firmware_bridge.link.messages import FirmwareOrder, FirmwareReport, FirmwareStage

MAX_WAVES: Final = 20
MIN_PATIENCE_S: Final = 60
MAX_PATIENCE_S: Final = 30 * 86_400
TIMED_OUT: Final = "timeout"
"""Why a device failed that came to no end in time."""
_MILLISECOND: Final = timedelta(milliseconds=1)


class Rollouts:
    """Brings firmware to boards, wave by wave."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        district: District,
        key: Ed25519PrivateKey,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._district = district
        self._key = key

    def create(self, draft: RolloutDraft, person: Person) -> Rollout:
        """Begin a rollout with its first wave.

        Raises Forbidden, NotFound, Invalid, UnknownTarget; Conflict when another rollout that
        runs has one of its devices.
        """
        check_administrator(person)
        _check(draft)
        devices = [one.id for one in self._district.resolve(draft.targets, DeviceKind.BOARD)]
        cut = waves.cut(devices, draft.waves)
        with self._store.write() as tx:
            existing(tx, draft.firmware)
            busy = rows.running_with(tx, devices)
            if busy is not None:
                raise Conflict(f"{busy} is in another rollout", reason=f"rollout-on-{busy}")
            rollout = Rollout(
                id=secrets.token_hex(8),
                firmware=draft.firmware,
                share_pct=draft.share_pct,
                patience_s=draft.patience_s,
                state=RolloutState.RUNNING,
                reason="",
                created_at=self._clock.now(),
                created_by=person.name,
                stopped_by=None,
                devices=tuple(
                    RolloutDevice(name, number, None, None, None, 0, 0, None, "")
                    for number, wave in enumerate(cut)
                    for name in wave
                ),
            )
            rows.add(tx, rollout)
            self._advance(tx, rollout.id)
            thing, after = f"rollout:{rollout.id}", content_of(draft)
            record(tx, rollout.created_at, person, "create", thing, after=after)
            return _existing(tx, rollout.id)

    def stop(self, name: str, person: Person) -> Rollout:
        """Stop a rollout: what is updated stays, what is open is withdrawn. Twice is once."""
        check_administrator(person)
        with self._store.write() as tx:
            rollout = _existing(tx, name)
            if rollout.state is RolloutState.RUNNING:
                self._end(tx, rollout, RolloutState.STOPPED, stopped_by=person.name)
                record(tx, self._clock.now(), person, "stop", f"rollout:{rollout.id}")
            return _existing(tx, name)

    def get(self, name: str) -> Rollout:
        """Return a rollout; NotFound."""
        with self._store.read() as tx:
            return _existing(tx, name)

    def list(self, cursor: str | None, limit: int) -> tuple[list[Rollout], str | None]:
        """Return one page of rollouts, newest first, and the next cursor."""
        with self._store.read() as tx:
            return page(lambda at, count: rows.listed(tx, at, count), cursor, limit)

    def take(self, tx: Tx, device: str, said: FirmwareReport) -> None:
        """Take what a device says of its order, and go on where that lets a rollout go on."""
        if not rows.report(tx, device, said):
            return
        facts: dict[str, object] = dict(said.to_json())
        proof.add_event(tx, self._clock.now(), "firmware", device, facts)
        if said.stage.is_final:
            self.look(tx)

    def look(self, tx: Tx) -> None:
        """Go on with every rollout that runs, as far as can be."""
        for rollout in rows.running(tx):
            self._advance(tx, rollout.id)

    def _advance(self, tx: Tx, name: str) -> None:
        """Carry out one step after the other until there is nothing to do but wait."""
        rollout, now = _existing(tx, name), self._clock.now()
        patience = timedelta(seconds=rollout.patience_s)
        for device in waves.late(_members(rollout), patience, now):
            rows.fail(tx, name, device, FirmwareStage.FAILED.value, TIMED_OUT)
            self._withdraw(tx, name, device, now)
        while True:
            match waves.decide(_members(_existing(tx, name)), rollout.share_pct, patience):
                case Begin(devices):
                    self._order(tx, rollout, devices, now)
                case Halt(failed, ordered):
                    reason = f"{failed} of {ordered} devices failed"
                    self._end(tx, _existing(tx, name), RolloutState.HALTED, reason)
                    return
                case Finish():
                    self._end(tx, _existing(tx, name), RolloutState.FINISHED)
                    return
                case Wait():
                    return

    def _order(self, tx: Tx, rollout: Rollout, devices: Iterable[str], now: datetime) -> None:
        firmware = existing(tx, rollout.firmware)
        for device in devices:
            number = self._send(tx, device, firmware, now)
            rows.ordered(tx, rollout.id, device, number, now)
        self._tell(tx, rollout.id, RolloutState.RUNNING)

    def _end(
        self,
        tx: Tx,
        rollout: Rollout,
        state: RolloutState,
        reason: str = "",
        stopped_by: str | None = None,
    ) -> None:
        rows.set_state(tx, rollout.id, state, reason, stopped_by)
        for member in _members(rollout):
            if member.is_open:
                self._withdraw(tx, rollout.id, member.device, self._clock.now())
        self._tell(tx, rollout.id, state)

    def _withdraw(self, tx: Tx, rollout: str, device: str, now: datetime) -> None:
        rows.renumber(tx, rollout, device, self._send(tx, device, None, now))

    def _send(self, tx: Tx, device: str, firmware: Firmware | None, now: datetime) -> int:
        """Queue an order and return its number.

        Numbers come from the clock, so that they grow also after an old backup was restored.
        """
        since_1970 = now - datetime.fromtimestamp(0, now.tzinfo)
        number = max(orders.last_number(tx, device) + 1, since_1970 // _MILLISECOND)
        order = FirmwareOrder(
            tenant=self._settings.tenant,
            device=device,
            number=number,
            version="" if firmware is None else firmware.version,
            sha256=None if firmware is None else firmware.sha256,
            size_bytes=0 if firmware is None else firmware.size_bytes,
        )
        sealed = envelope.seal(order.encode(), envelope.Domain.FIRMWARE, self._key)
        orders.put_order(tx, device, number, sealed)
        return number

    def _tell(self, tx: Tx, name: str, state: RolloutState) -> None:
        facts: dict[str, object] = {"id": name, "state": state.value}
        proof.add_event(tx, self._clock.now(), "rollout", None, facts)


def _members(rollout: Rollout) -> list[Member]:
    return [
        Member(
            device=one.device,
            wave=one.wave,
            stage=None if one.stage is None else FirmwareStage(one.stage),
            ordered_at=one.ordered_at,
        )
        for one in rollout.devices
    ]


def _existing(tx: Tx, name: str) -> Rollout:
    found = rows.find(tx, name)
    if found is None:
        raise NotFound("rollout", name[:80])
    return found


def _check(draft: RolloutDraft) -> None:
    if not 1 <= draft.share_pct <= 100:  # noqa: PLR2004 -- per cent
        raise Invalid("no such share", field="share_pct", reason="1 to 100")
    if not MIN_PATIENCE_S <= draft.patience_s <= MAX_PATIENCE_S:
        reason = f"{MIN_PATIENCE_S} to {MAX_PATIENCE_S}"
        raise Invalid("no such patience", field="patience_s", reason=reason)
    whole = all(0 < size < 1 or (size >= 1 and size == int(size)) for size in draft.waves)
    if len(draft.waves) > MAX_WAVES or not whole:
        reason = f"at most {MAX_WAVES}; whole numbers, or fractions below 1"
        raise Invalid("no such waves", field="waves", reason=reason)
