"""Who may still show what was taken off, and until when; and which devices lag behind their plans.

Only a device's own word counts. It may still show something when it said that it holds a plan with
it, and has not said that it follows a newer one: until the lease of that plan ends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from controller.clock import Clock
from controller.errors import NotFound
from controller.model import Broadcast, BroadcastState, Device
from controller.store import broadcasts, follow, places, withdrawn
from controller.store.follow import Follower
from controller.store.store import Store
from controller.store.withdrawn import Withdrawn
from firmware_bridge.link.messages import Stage


class Hold(StrEnum):
    """How sure it is that a device does not show something any more."""

    SHOWING = "showing"
    """It says so itself."""
    MAY_SHOW = "may-show"
    GONE = "gone"


class Lag(StrEnum):
    """Why a device does not follow its newest plan."""

    NEVER_HEARD = "never-heard"
    OFFLINE = "offline"
    REFUSED = "refused"
    LOADING = "loading"
    """It fetches the files."""
    SILENT = "silent"
    """It is there, and has not answered yet."""


@dataclass(frozen=True, slots=True)
class DeviceReach:
    """One device that something was taken off."""

    device: Device
    hold: Hold
    until: datetime | None
    """The latest instant at which it may show it; None = it does not."""
    online: bool


@dataclass(frozen=True, slots=True)
class Reached:
    """Who may show a broadcast that is approved no more, or not as it was."""

    broadcast: Broadcast
    at: datetime
    devices: tuple[DeviceReach, ...]

    def those(self, hold: Hold) -> list[DeviceReach]:
        """Return the devices of which one thing holds."""
        return [one for one in self.devices if one.hold is hold]

    @property
    def until(self) -> datetime | None:
        """Return when it is gone everywhere at last; None = it is."""
        return max((one.until for one in self.devices if one.until is not None), default=None)


@dataclass(frozen=True, slots=True)
class Laggard:
    """A device that has not confirmed its newest plan."""

    device: Device
    lag: Lag
    since: datetime | None
    """Since its last report when it is away, else since the plan was made; None = for ever."""
    follower: Follower


class Reach:
    """Answers from what devices said."""

    def __init__(self, lease: timedelta, store: Store, clock: Clock) -> None:
        self._lease = lease
        self._store = store
        self._clock = clock

    def of(self, name: str) -> Reached:
        """Say where a broadcast that was taken off may still be on; NotFound."""
        now = self._clock.now()
        with self._store.read() as tx:
            broadcast = broadcasts.find(tx, name)
            if broadcast is None:
                raise NotFound("broadcast", name[:80])
            taken = {one.device: one for one in withdrawn.of(tx, name)}
            names = {*broadcast.devices, *taken}
            devices = {one.id: one for one in places.devices(tx, names)}
            found = follow.followers(tx, names)
        stands = broadcast.state is BroadcastState.APPROVED
        told = [
            self._reach(devices[one.device], one, taken.get(one.device), name, now, stands=stands)
            for one in found
        ]
        return Reached(broadcast, now, tuple(told))

    def _reach(
        self,
        device: Device,
        follower: Follower,
        taken: Withdrawn | None,
        broadcast: str,
        now: datetime,
        *,
        stands: bool,
    ) -> DeviceReach:
        state = follower.state
        online = state is not None and state.online
        says_so = state is not None and state.online and state.broadcast == broadcast
        until = None if taken is None else self._until(follower, taken, now)
        if says_so and (until is not None or not stands):
            return DeviceReach(device, Hold.SHOWING, until or now, online)
        hold = Hold.GONE if until is None else Hold.MAY_SHOW
        return DeviceReach(device, hold, until, online)

    def _until(self, follower: Follower, taken: Withdrawn, now: datetime) -> datetime | None:
        """Return until when a device may show what was taken off it; None = it cannot.

        A plan that did not change when the broadcast left never held any of it.
        """
        without = min(taken.gone_version, follower.desired_version)
        state = follower.state
        follows = state.plan_version if state is not None and state.online else 0
        if max(follower.confirmed_version, follows) >= without:
            return None
        if max(follower.heard_version, follower.confirmed_version, follows) < taken.since_version:
            return None
        until = min(taken.renew_at + self._lease / 2, taken.last_end)
        return until if until > now else None

    def lagging(self) -> list[Laggard]:
        """Return the devices that have not confirmed their newest plan, the longest first."""
        with self._store.read() as tx:
            devices = {one.id: one for one in places.devices(tx)}
            found = follow.followers(tx)
        behind = (one for one in found if one.confirmed_version < one.desired_version)
        told = [self._laggard(devices[one.device], one) for one in behind]
        return sorted(told, key=_by_since)

    def _laggard(self, device: Device, follower: Follower) -> Laggard:
        state, renew_at = follower.state, follower.renew_at
        if state is None or state.at is None:
            return Laggard(device, Lag.NEVER_HEARD, None, follower)
        if not state.online:
            return Laggard(device, Lag.OFFLINE, state.at, follower)
        issued_at = None if renew_at is None else renew_at - self._lease / 2
        return Laggard(device, _lag(follower), issued_at, follower)


def _lag(follower: Follower) -> Lag:
    if follower.stage == Stage.REJECTED:
        return Lag.REFUSED
    heard = follower.heard_version >= follower.desired_version
    is_loading = heard and follower.assets_ready < follower.assets_total
    return Lag.LOADING if is_loading else Lag.SILENT


def _by_since(one: Laggard) -> tuple[bool, float, str]:
    since = 0.0 if one.since is None else one.since.timestamp()
    return one.since is not None, since, one.device.id
