"""The plan cache: what is accepted, what is refused and why, what a power cut leaves."""

import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plans import asset, at, item, plan

from firmware_bridge.cache import NEVER_HELD, PlanCache
from firmware_bridge.errors import PlanRefused, RefusalReason
from firmware_bridge.link.envelope import Domain, seal, trusted
from playlists.schedule import plan as plans

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = trusted(KEY.public_key().public_bytes_raw())
NOW = at(0)


def cache(folder):
    return PlanCache(folder, tenant="demo", device="bang-1", keys=KEYS)


def sealed(one, key=KEY, domain=Domain.PLAN):
    return seal(plans.encode(one), domain, key)


def refusal(held, envelope, now=NOW):
    with pytest.raises(PlanRefused) as caught:
        held.accept(envelope, now)
    return caught.value


def test_a_plan_is_kept_and_found_again(tmp_path):
    one = plan(item("a", asset(b"x"), 0, 60), version=3)
    held = cache(tmp_path).accept(sealed(one), NOW)
    assert held.plan == one
    assert held.sha256 == hashlib.sha256(plans.encode(one)).hexdigest()
    again = cache(tmp_path)
    assert again.load() == held
    assert again.highest == 3


def test_an_empty_disk(tmp_path):
    assert cache(tmp_path).load() is None
    assert cache(tmp_path).highest == NEVER_HELD


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        (sealed(plan(version=5))[:-1], RefusalReason.BAD_SIGNATURE),
        (sealed(plan(version=5), Ed25519PrivateKey.generate()), RefusalReason.UNKNOWN_KEY),
        (sealed(plan(version=5), domain=Domain.COMMAND), RefusalReason.BAD_SIGNATURE),
        (seal(b"{}", Domain.PLAN, KEY), RefusalReason.NOT_A_PLAN),
        (b"rubbish", RefusalReason.NOT_A_PLAN),
        (sealed(plan(version=5, device="bang-2")), RefusalReason.WRONG_DEVICE),
        (sealed(replace(plan(version=5), tenant="khac")), RefusalReason.WRONG_DEVICE),
        (sealed(plan(version=5, not_after=0)), RefusalReason.EXPIRED),
        (sealed(plan(version=3)), RefusalReason.REPLAYED),
        (sealed(plan(item("a", asset(b"x"), 0, 60), version=4)), RefusalReason.REPLAYED),
    ],
)  # fmt: skip
def test_what_is_refused_leaves_the_plan_before_it(tmp_path, envelope, reason):
    held = cache(tmp_path)
    good = held.accept(sealed(plan(version=4)), NOW)
    refused = refusal(held, envelope)
    assert refused.reason is reason
    assert len(refused.plan_sha256) == 64
    assert cache(tmp_path).load() == good


def test_a_refusal_names_the_plan_when_it_can(tmp_path):
    held = cache(tmp_path)
    expired = plan(version=5, not_after=0)
    refused = refusal(held, sealed(expired))
    assert (refused.version, refused.plan_sha256) == (
        5,
        hashlib.sha256(plans.encode(expired)).hexdigest(),
    )
    assert refusal(held, b"rubbish").version == 0


def test_the_same_plan_again_is_fine(tmp_path):
    held = cache(tmp_path)
    envelope = sealed(plan(version=4))
    assert held.accept(envelope, NOW) == held.accept(envelope, NOW)


def test_without_a_trusted_clock_a_lease_cannot_be_judged(tmp_path):
    assert cache(tmp_path).accept(sealed(plan(not_after=-10)), None).plan.version == 1


def test_an_ended_lease_is_still_loaded_for_its_safe_content(tmp_path):
    cache(tmp_path).accept(sealed(plan(not_after=1)), NOW)
    assert cache(tmp_path).load().plan.not_after == at(1)


def test_the_highest_version_outlives_the_plan(tmp_path):
    envelope = sealed(plan(version=9))
    cache(tmp_path).accept(envelope, NOW)
    (tmp_path / "plan.bin").write_bytes(b"rot")
    again = cache(tmp_path)
    assert again.load() is None
    assert refusal(again, sealed(plan(version=8))).reason is RefusalReason.REPLAYED
    assert again.accept(envelope, NOW).plan.version == 9
    assert cache(tmp_path).load().plan.version == 9


def test_an_older_plan_put_back_on_the_disk_is_not_followed(tmp_path):
    held = cache(tmp_path)
    held.accept(sealed(plan(version=1)), NOW)
    old = (tmp_path / "plan.bin").read_bytes()
    held.accept(sealed(plan(version=2)), NOW)
    (tmp_path / "plan.bin").write_bytes(old)
    assert cache(tmp_path).load() is None


def test_a_power_cut_between_the_two_files(tmp_path):
    held = cache(tmp_path)
    held.accept(sealed(plan(version=1)), NOW)
    before = (tmp_path / "highest.json").read_bytes()
    held.accept(sealed(plan(version=2)), NOW)
    (tmp_path / "highest.json").write_bytes(before)
    again = cache(tmp_path)
    assert again.load().plan.version == 2
    assert refusal(again, sealed(plan(version=1))).reason is RefusalReason.REPLAYED


@pytest.mark.parametrize("rot", [b"", b"{", b"[]", b'{"version": "x", "sha256": 1}'])
def test_a_lost_counter_is_found_again_in_the_plan(tmp_path, rot):
    cache(tmp_path).accept(sealed(plan(version=6)), NOW)
    (tmp_path / "highest.json").write_bytes(rot)
    again = cache(tmp_path)
    assert again.load().plan.version == 6
    assert refusal(again, sealed(plan(version=5))).reason is RefusalReason.REPLAYED


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_flipped_bit_is_never_a_plan(tmp_path, data):
    envelope = bytearray(sealed(plan(item("a", asset(b"x"), 0, 60))))
    position = data.draw(st.integers(0, len(envelope) * 8 - 1))
    envelope[position // 8] ^= 1 << position % 8
    refusal(cache(tmp_path / "none"), bytes(envelope))
