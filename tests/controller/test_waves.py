"""When a wave begins and when a rollout stops: facts in, next step out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.waves import Begin, Finish, Halt, Member, Wait, cut, decide, late
from firmware_bridge.link.messages import FirmwareStage

T0 = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FAILED, CONFIRMED = FirmwareStage.FAILED, FirmwareStage.CONFIRMED


def names(count):
    return [f"bang-{number}" for number in range(count)]


@pytest.mark.parametrize(
    ("count", "sizes", "lengths"),
    [
        (100, [1, 0.1], [1, 10, 89]),
        (3, [1, 0.1], [1, 1, 1]),
        (2, [1, 0.1], [1, 1]),
        (1, [1, 0.1], [1]),
        (10, [], [10]),
        (10, [4, 4, 4, 4], [4, 4, 2]),
        (10, [0.5], [5, 5]),
    ],
)
def test_waves_are_cut_as_asked(count, sizes, lengths):
    waves = cut(names(count), sizes)
    assert [len(wave) for wave in waves] == lengths
    assert [name for wave in waves for name in wave] == names(count)


@given(
    st.integers(0, 60),
    st.lists(st.integers(1, 50) | st.floats(0, 1, exclude_min=True, exclude_max=True), max_size=6),
)
def test_every_device_is_in_one_wave_and_no_wave_is_empty(count, sizes):
    waves = cut(names(count), sizes)
    assert [name for wave in waves for name in wave] == names(count)
    assert all(waves)


def member(letter, wave, *, at=T0):
    """A device: `.` not ordered, `o` nothing heard, `w` writing, `c` confirmed, `f`, `x`."""
    stages = {"w": "writing", "c": "confirmed", "f": "failed", "x": "withdrawn"}
    stage = FirmwareStage(stages[letter]) if letter in stages else None
    return Member(f"d{wave}{letter}", wave, stage, None if letter == "." else at)


def members(text):
    return [member(letter, wave) for wave, part in enumerate(text.split()) for letter in part]


@pytest.mark.parametrize(
    ("text", "share_pct", "step"),
    [
        (". .. ...", 10, Begin(("d0.",))),
        ("o .. ...", 10, Wait(T0 + DAY)),
        ("w .. ...", 10, Wait(T0 + DAY)),
        ("c .. ...", 10, Begin(("d1.", "d1."))),
        ("f .. ...", 100, Halt(1, 1)),
        ("x .. ...", 100, Halt(1, 1)),
        ("c cf ...", 34, Begin(("d2.", "d2.", "d2."))),
        ("c cf ...", 33, Halt(1, 3)),
        ("c fo ...", 33, Halt(1, 3)),
        ("c of ...", 50, Wait(T0 + DAY)),
        ("c cc ccw", 10, Wait(T0 + DAY)),
        ("c cc ccc", 10, Finish()),
        ("c cc cfc", 17, Finish()),
        ("c cc cff", 33, Halt(2, 6)),
    ],
)
def test_the_next_step(text, share_pct, step):
    assert decide(members(text), share_pct, DAY) == step


def test_who_takes_too_long_is_late():
    held = [member("c", 0), member("o", 1), member("w", 1, at=T0 + DAY / 2), member(".", 2)]
    assert late(held, DAY, T0 + DAY - timedelta(seconds=1)) == []
    assert late(held, DAY, T0 + DAY) == ["d1o"]
    assert late(held, DAY, T0 + 2 * DAY) == ["d1o", "d1w"]


@given(st.text("cf", max_size=40), st.integers(1, 100), st.lists(st.integers(1, 9), max_size=4))
def test_a_rollout_always_ends_and_never_with_more_failures_than_one_wave_adds(
    fates, share_pct, sizes
):
    waves = cut(names(len(fates)), sizes)
    held = [Member(name, number) for number, wave in enumerate(waves) for name in wave]
    ends = dict(zip(names(len(fates)), fates, strict=True))
    for _ in range(len(waves) + 1):
        step = decide(held, share_pct, DAY)
        if not isinstance(step, Begin):
            break
        before = [one for one in held if one.ordered_at is not None]
        assert sum(one.has_failed for one in before) * 100 < share_pct * len(before) or not before
        assert all(not one.is_open for one in before)
        held = [
            Member(one.device, one.wave, FAILED if ends[one.device] == "f" else CONFIRMED, T0)
            if one.device in step.devices
            else one
            for one in held
        ]
    assert isinstance(step, Halt | Finish)
    failures = sum(one.has_failed for one in held)
    ordered = sum(one.ordered_at is not None for one in held)
    assert isinstance(step, Halt) == (failures > 0 and failures * 100 >= share_pct * ordered)
