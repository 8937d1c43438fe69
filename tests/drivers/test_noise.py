"""Bad lines: whatever happens to the bytes, no wrong picture is shown as right.

1,000 damaged exchanges a dialect here; SIGNCAST_NOISE=100000 is the nightly dose. The table
stands at the end of the run.
"""

import os
import time
from collections import Counter
from random import Random

import pytest
from benches import dark, desk, picture

from drivers.catalogue import DIALECTS
from drivers.dialect import Carrier
from drivers.errors import DriverError
from drivers.ports import Route
from simulator.noise import Damage, LossyNetwork, Storm
from simulator.wire import Clear, DatagramWire

FRAMES = int(os.environ.get("SIGNCAST_NOISE", "1000"))
PICTURES = 7
HEALS_WITHIN = 3
"""Ordinary pictures after which a board that was told nonsense shows what it is told."""
TORN_MS = 1_000
"""How long a torn picture of a stream may stand."""
CHECKED = {
    "am03127": "XOR, 8 bits",
    "alpha": "sum, 16 bits",
    "onbon-bx5": "CRC-16",
    "onbon-bx6": "CRC-16",
    "ntcip": "CRC-16",
    "hanover": "sum, 8 bits",
    "mobitec": "sum, 8 bits",
    "luminator": "sum, 8 bits",
    "novastar": "sum, 16 bits",
}
"""Dialects on lines whose messages carry a check, and which. Others travel over TCP or UDP, whose
own checks keep damaged bytes away."""


STRIKES = (1, 1, 1, 2, 3, 4, 6)
"""Which message of an exchange is damaged; some dialects have only one."""
ON_TCP = (Damage.UNPLUG,)
"""TCP keeps damaged bytes away, not broken connections."""


@pytest.fixture(params=DIALECTS)
def bench(request):
    """Return a board on the desk, on a serial line if its dialect knows any."""
    dialect = DIALECTS[request.param]
    serial = Carrier.SERIAL if Carrier.SERIAL in dialect.carriers else None
    with desk(dialect, dialect.depths[0], serial) as bench:
        yield bench


def test_no_damage_shows_a_wrong_picture_as_right(bench, record_property):
    if not bench.draws:
        return
    chance = Random(20261125)
    pictures = [picture(bench.board, seed) for seed in range(PICTURES)]
    seen = Counter()
    started_s = time.monotonic()
    bench.board.show(pictures[0])
    old = pictures[0]
    while seen["damaged"] < FRAMES:
        new = chance.choice([each for each in pictures if each != old])
        bench.wire.weather = storm = _weather(bench, chance)
        allowed = {old, new, dark(bench.board)}
        try:
            bench.board.show(new)
        except DriverError as exc:
            seen[type(exc).__name__] += 1
        else:
            seen["shown"] += 1
            if bench.board.capabilities.acknowledges:
                allowed = {new}
        seen["damaged"] += storm.struck
        seen["wrong"] += bench.shown() not in allowed
        bench.wire.weather = Clear()
        old = _heal(bench, chance.choice(pictures))
    record_property("noise", _row(bench, seen, time.monotonic() - started_s))
    assert seen["wrong"] <= _tolerated(bench, seen["damaged"])


def _tolerated(bench, damaged):
    """Return how many wrong pictures are no mistake: none where a check guards the picture.

    Chance lets one in 256 past a check of 8 bits. A stream is not acknowledged: where datagrams
    are lost it may show parts of two pictures until the next, at most `refresh_ms` later.
    """
    able = bench.board.capabilities
    if able.route is Route.STREAM and not able.acknowledges:
        assert able.refresh_ms <= TORN_MS
        return damaged
    return damaged // 256 if "8 bits" in CHECKED.get(bench.dialect.name, "") else 0


def _heals_within(bench):
    return 1 if bench.board.capabilities.route is Route.STREAM else HEALS_WITHIN


def _weather(bench, chance):
    if isinstance(bench.wire, DatagramWire):
        return LossyNetwork(chance, 0.2)
    kinds = ON_TCP if bench.site.over is Carrier.TCP else tuple(Damage)
    return Storm(chance.choice(kinds), chance.choice(STRIKES), chance)


def _heal(bench, new):
    """Show a picture over a good line until it stands; return it."""
    for _ in range(_heals_within(bench)):
        try:
            bench.board.show(new)
        except DriverError:
            bench.board.close()
            bench.sign.hang_up()
            bench.board = bench.again()
            continue
        if bench.shown() == new:
            return new
    raise AssertionError("the board does not come back")


def _row(bench, seen, took_s):
    name = f"{bench.dialect.name} {bench.board.capabilities.depth.word}"
    check = CHECKED.get(bench.dialect.name, bench.site.over.upper())
    wrong = "torn " if bench.board.capabilities.route is Route.STREAM else "wrong"
    errors = ", ".join(f"{key} {seen[key]}" for key in sorted(seen) if key[0].isupper())
    return (
        f"{name:<20} {check:<13} {seen['damaged']:>7} damaged  {seen['shown']:>7} shown  "
        f"{seen['wrong']:>3} {wrong}  {took_s:6.1f} s  {errors}"
    )
