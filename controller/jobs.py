"""Jobs: the controller's alarm clock. It wakes the planner; it holds no truth.

A wake-up that is late, doubled or lost changes nothing but when the same answer is computed.
"""

import logging
from datetime import timedelta
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from controller.access import Access
from controller.clock import Clock
from controller.emergency.alerts import Alerts
from controller.meter import STORE_EVERY, Meter
from controller.planning import Planner
from controller.quotas import Quotas
from controller.reports import Reports
from controller.rollouts import Rollouts
from controller.store import plans, proof
from controller.store.store import Store

TIDY_EVERY: Final = timedelta(hours=1)
NOTE_EVERY: Final = timedelta(minutes=5)
"""A report writes down what it still lacks; this keeps that short."""
LOOK_EVERY: Final = timedelta(minutes=5)
"""Whether a quota lacks something; warnings come hours ahead."""
KEEP_EVENTS: Final = timedelta(days=2)
"""Events are for watching live; proof is in the as-run log."""
LOOK_AGAIN_AFTER: Final = timedelta(minutes=10)
"""With no plan at all there is nothing to wake up for; look now and then all the same."""
FOLLOW_EVERY: Final = timedelta(seconds=15)
"""Alerts begin and expire by themselves; with none, asking costs one small query."""
_SOON: Final = timedelta(seconds=1)

logger = logging.getLogger(__name__)


class Jobs:
    """Wake-ups at the next change of any plan, and tidying once an hour."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        planner: Planner,
        access: Access,
        rollouts: Rollouts,
        *,
        meter: Meter,
        reports: Reports,
        quotas: Quotas,
        alerts: Alerts,
    ) -> None:
        self._reports = reports
        self._quotas = quotas
        self._alerts = alerts
        self._rollouts = rollouts
        self._meter = meter
        self._store = store
        self._clock = clock
        self._planner = planner
        self._access = access
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=defaults)

    def start(self) -> None:
        """Set the first alarms; call inside the running loop."""
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        seconds = int(TIDY_EVERY.total_seconds())
        self._scheduler.add_job(self.tidy, "interval", seconds=seconds)
        batch_s = int(STORE_EVERY.total_seconds())
        self._scheduler.add_job(self._meter.flush, "interval", seconds=batch_s)
        note_s = int(NOTE_EVERY.total_seconds())
        self._scheduler.add_job(self._reports.note, "interval", seconds=note_s)
        look_s = int(LOOK_EVERY.total_seconds())
        self._scheduler.add_job(self._quotas.look, "interval", seconds=look_s)
        seconds = int(FOLLOW_EVERY.total_seconds())
        self._scheduler.add_job(self._alerts.follow, "interval", seconds=seconds)
        self._scheduler.start()
        self._wake_at_next_change()

    def stop(self) -> None:
        """Forget every alarm."""
        self._scheduler.shutdown(wait=False)

    def renew(self) -> None:
        """Make every plan true again whose time has come; give up on boards that take too long."""
        with self._store.write() as tx:
            self._planner.replan(tx, plans.due(tx, self._clock.now()))
            self._rollouts.look(tx)

    def tidy(self) -> None:
        """Drop what nobody will ask for any more."""
        with self._store.write() as tx:
            proof.forget_events(tx, self._clock.now() - KEEP_EVENTS)
            self._meter.forget_old(tx)
        self._access.forget_expired()
        self._reports.forget_old()

    def _wake_at_next_change(self) -> None:
        now = self._clock.now()
        with self._store.read() as tx:
            due = plans.next_due(tx) or now + LOOK_AGAIN_AFTER
        at = min(max(due, now + _SOON), now + LOOK_AGAIN_AFTER)
        self._scheduler.add_job(self._alarm, "date", run_date=at, id="renew", replace_existing=True)

    def _alarm(self) -> None:
        try:
            self.renew()
        finally:
            self._wake_at_next_change()
