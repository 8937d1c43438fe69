"""What a broadcast would collide with, before anybody approves it."""

from dataclasses import replace
from datetime import timedelta

import tones
from district_of_five import board
from drafts import CHIEF, CLERK, draft

from controller.conflicts import MAX_LISTED, Kind
from controller.model import BroadcastDraft, ContentKind, RuleDraft


def kinds(found, device=None):
    return [one.kind for one in found.conflicts if device in {None, one.device}]


def test_something_stronger_covers_part_or_all(services, clock):
    storm = services.broadcasts.create(
        draft(services, "device:bang-1", text="Bão", priority=90, rule=RuleDraft(duration_s=300)),
        CHIEF,
    )
    asked = draft(services, "device:bang-1", text="Họp")
    (part, _) = services.conflicts.check(asked).conflicts
    assert (part.kind, part.other, part.whole) == (Kind.SHADOWED, storm.id, False)
    assert (part.start, part.end) == (clock.at, clock.at + timedelta(seconds=300))
    short = replace(asked, rule=RuleDraft(duration_s=60))
    assert services.conflicts.check(short).conflicts[0].whole
    assert Kind.SHADOWED not in kinds(services.conflicts.check(replace(asked, priority=95)))
    assert Kind.SHADOWED not in kinds(services.conflicts.check(replace(asked, priority=90)))


def test_checking_keeps_nothing_and_the_kept_one_does_not_meet_itself(services):
    asked = draft(services, "device:bang-1")
    services.conflicts.check(asked)
    assert services.broadcasts.list(None, 10)[0] == []
    kept = services.broadcasts.create(asked, CHIEF)
    assert kinds(services.conflicts.of(kept.id)) == [Kind.NEVER_CONFIRMED]


def test_a_long_text_is_told_for_the_boards_where_it_does_not_stand(services):
    long = "Mời bà con tổ 5 đến nhà văn hóa họp bàn việc làm đường"
    found = services.conflicts.check(draft(services, "device:bang-1", "device:bang-3", text=long))
    assert Kind.TEXT_TOO_LONG in kinds(found, "bang-3")


def test_a_file_that_is_gone_is_told(services):
    kept = services.broadcasts.create(draft(services, "device:bang-1"), CLERK)
    for file in (services.settings.data_dir / "assets").rglob("*"):
        if file.is_file():
            file.unlink()
    assert Kind.MISSING_ASSET in kinds(services.conflicts.of(kept.id))


def test_the_list_is_bounded_and_the_total_is_not(services):
    for number in range(MAX_LISTED + 10):
        services.district.enrol(board(f"b-{number}", "quan", (64, 16)), thin=False)
    found = services.conflicts.check(draft(services, "area:quan"))
    assert len(found.conflicts) == MAX_LISTED
    assert found.total > MAX_LISTED


def test_two_sounds_at_once_and_hours_that_forbid_are_told(services):
    wav = tones.as_wav(tones.tone(440.0, 2.0, -20.0))
    clip = services.library.create_clip("a.wav", wav, CHIEF)
    asked = BroadcastDraft(ContentKind.CLIP, clip.id, ("device:loa-1",), RuleDraft())
    first = services.broadcasts.create(asked, CHIEF)
    (met, _) = services.conflicts.check(asked).conflicts
    assert (met.kind, met.other, met.count) == (Kind.OVERLAP, first.id, 1)
    (out, _) = services.conflicts.check(replace(asked, targets=("device:loa-2",))).conflicts
    assert (out.kind, out.whole) == (Kind.OUT_OF_HOURS, True)
    assert "Liên Chiểu" in out.rule
