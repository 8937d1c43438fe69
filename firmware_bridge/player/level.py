"""How loud: the volume caps of the hours policy, applied to samples as they are played."""

from datetime import datetime, timedelta
from typing import Final

import numpy as np

from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.schedule.plan import Item
from playlists.schedule.policy import HoursPolicy
from playlists.schedule.urgency import BroadcastClass

RAMP: Final = SAMPLE_RATE_HZ // 50
"""20 ms."""
_JUST: Final = timedelta(milliseconds=20)
"""A cap that ended within the block before has not been risen from."""


def cap_db(item: Item, hours: HoursPolicy | None, at: datetime) -> float:
    """Return how much quieter than rendered an item is at an instant: 0 or less, in dB."""
    if hours is None or item.broadcast_class is BroadcastClass.EMERGENCY:
        return 0.0
    return hours.cap_db(at)


def capped(block: Samples, item: Item, hours: HoursPolicy | None, at: datetime) -> Samples:
    """Return a block that begins at an instant as loud as it may be.

    Nothing clicks, and nothing is too loud: gain falls in the last moments before a cap begins,
    and rises in the first after it ended.
    """
    after = at + timedelta(seconds=len(block) / SAMPLE_RATE_HZ)
    before_db, db, after_db = (cap_db(item, hours, one) for one in (at - _JUST, at, after))
    if before_db == db == after_db == 0:
        return block
    gain = np.full(len(block), _factor(db))
    if before_db < db:
        gain[:RAMP] = np.linspace(_factor(before_db), _factor(db), len(gain[:RAMP]))
    if after_db < db:
        gain[-RAMP:] = np.linspace(gain[0], _factor(after_db), len(gain[-RAMP:]))
    quieter: Samples = np.rint(block * gain).astype(np.int16)
    return quieter


def note(item: Item, hours: HoursPolicy | None, began_at: datetime, ended_at: datetime) -> str:
    """Say in the as-run log how much quieter it was; empty when it was as rendered."""
    gains = sorted({cap_db(item, hours, at) for at in (began_at, ended_at)})
    return "" if gains == [0] else f"gain {' to '.join(f'{gain:g}' for gain in gains)} dB"


def _factor(gain_db: float) -> float:
    return float(10 ** (gain_db / 20))
