"""Bad lines: whatever happens to the bytes, no wrong picture is shown as right.

2,000 damaged exchanges a dialect here; SIGNCAST_NOISE=100000 is the nightly dose. The table is
printed at the end of each dialect (`pytest -s`), and written to the report of the run.
"""

import os
import time
from collections import Counter
from random import Random

import pytest
from benches import dark, picture

from drivers.catalogue import DIALECTS
from drivers.errors import DriverError
from simulator.noise import Damage, LossyNetwork, Storm
from simulator.wire import Clear, DatagramWire

FRAMES = int(os.environ.get("SIGNCAST_NOISE", "2000"))
PICTURES = 7
HEALS_WITHIN = 3
"""Ordinary pictures after which a board that was told nonsense shows what it is told."""
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
"""Dialects on lines whose messages carry a check, and which."""
"""Others travel over TCP or UDP, whose own checks keep damaged bytes away."""


@pytest.fixture(params=DIALECTS)
def dialect(request):
    return DIALECTS[request.param]


def test_no_damage_shows_a_wrong_picture_as_right(desk_bench, record_property):
    bench = desk_bench
    if not bench.draws:
        return
    chance = Random(20261125)
    board = bench.board
    pictures = [picture(board, seed) for seed in range(PICTURES)]
    seen = Counter()
    started_s = time.monotonic()
    board.show(pictures[0])
    old = pictures[0]
    while seen["damaged"] < FRAMES:
        new = chance.choice([each for each in pictures if each != old])
        bench.wire.weather = storm = _weather(bench, chance)
        try:
            board.show(new)
        except DriverError as exc:
            seen[type(exc).__name__] += 1
            allowed = {old, new, dark(board)}
        else:
            allowed = {new} if board.capabilities.acknowledges else {old, new, dark(board)}
            seen["shown"] += 1
        seen["damaged"] += storm.struck
        if bench.shown() not in allowed:
            seen["wrong"] += 1
        bench.wire.weather = Clear()
        old = _heal(bench, chance.choice(pictures))
    print(_row(bench, seen, time.monotonic() - started_s))  # noqa: T201 -- the table
    record_property("noise", dict(seen))
    assert seen["wrong"] <= _tolerated(bench, seen["damaged"])


def _tolerated(bench, damaged):
    """Return how many wrong pictures chance alone lets past an 8-bit check; CRCs let none."""
    check = CHECKED.get(bench.dialect.name, "")
    return damaged // 256 if "8 bits" in check else 0


def _weather(bench, chance):
    if isinstance(bench.wire, DatagramWire):
        return LossyNetwork(chance, 0.2)
    return Storm(chance.choice(list(Damage)), chance.randint(1, 6), chance)


def _heal(bench, new):
    """Show a picture over a good line until it stands; return it."""
    for _ in range(HEALS_WITHIN):
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
    errors = ", ".join(f"{key} {seen[key]}" for key in sorted(seen) if key[0].isupper())
    return (
        f"\n{name:<20} {seen['damaged']:>7} damaged  {seen['shown']:>7} shown  "
        f"{seen['wrong']:>3} wrong  {took_s:6.1f} s  {errors}"
    )
