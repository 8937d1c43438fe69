"""How loud: the volume caps of the hours policy, applied to samples as they are played."""

from datetime import datetime, timedelta

import numpy as np

from playlists.audio.sound import SAMPLE_RATE_HZ, Samples
from playlists.schedule.plan import Item
from playlists.schedule.policy import HoursPolicy
from playlists.schedule.urgency import BroadcastClass


def cap_db(item: Item, hours: HoursPolicy | None, at: datetime) -> float:
    """Return how much quieter than rendered an item is at an instant: 0 or less, in dB."""
    if hours is None or item.broadcast_class is BroadcastClass.EMERGENCY:
        return 0.0
    return hours.cap_db(at)


def capped(block: Samples, item: Item, hours: HoursPolicy | None, at: datetime) -> Samples:
    """Return a block that begins at an instant as loud as it may be; a cap that begins or ends
    within the block comes gradually, so that nothing clicks."""
    after = at + timedelta(seconds=len(block) / SAMPLE_RATE_HZ)
    first_db, last_db = cap_db(item, hours, at), cap_db(item, hours, after)
    if first_db == last_db == 0:
        return block
    gain = np.linspace(_factor(first_db), _factor(last_db), len(block))
    quieter: Samples = np.rint(block * gain).astype(np.int16)
    return quieter


def note(item: Item, hours: HoursPolicy | None, began_at: datetime, ended_at: datetime) -> str:
    """Say in the as-run log how much quieter it was; empty when it was as rendered."""
    gains = sorted({cap_db(item, hours, at) for at in (began_at, ended_at)})
    return "" if gains == [0] else f"gain {' to '.join(f'{gain:g}' for gain in gains)} dB"


def _factor(gain_db: float) -> float:
    return float(10 ** (gain_db / 20))
