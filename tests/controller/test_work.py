"""Long work under its asker's key: followed, ended, asked for again, forgotten."""

import threading

import pytest
from drafts import CHIEF, CLERK

from controller.errors import Invalid, NotFound, WorkRunning
from controller.work import MAX_KEPT, TELL_EVERY_S, Works, WorkState
from playlists.audio.progress import Step
from playlists.audio.refusals import NotAudio


@pytest.fixture
def works(clock, at_s, heard):
    made = Works(clock, lambda: at_s[0])
    made.on_change = heard.append
    return made


@pytest.fixture
def at_s():
    return [0.0]


@pytest.fixture
def heard():
    return []


def test_work_is_followed_to_its_end(works):
    with works.begin(CHIEF, "ban-1") as job:
        begun = works.get(CHIEF, "ban-1")
        assert (begun.state, begun.step, begun.turn) == (WorkState.RUNNING, None, 0)
        for done in (0.0, 0.4, 0.0, 0.7):
            job.tell(Step.ENCODE, done)
        far = works.get(CHIEF, "ban-1")
        assert (far.step, far.turn, far.done) == (Step.ENCODE, 2, 0.7)
        job.location = "/clips/1"
    ended = works.get(CHIEF, "ban-1")
    assert (ended.state, ended.done, ended.location) == (WorkState.FINISHED, 1.0, "/clips/1")


def test_a_failure_is_kept_as_it_was_told_and_passed_on(works):
    with pytest.raises(NotAudio), works.begin(CHIEF, "k"):
        raise NotAudio("no", reason="junk")
    failed = works.get(CHIEF, "k")
    assert (failed.state, failed.code, failed.facts) == (
        WorkState.FAILED,
        "not-audio",
        {"reason": "junk"},
    )
    with pytest.raises(ZeroDivisionError), works.begin(CHIEF, "k"):
        raise ZeroDivisionError
    assert works.get(CHIEF, "k").code == "internal"


def test_a_key_is_its_asker_s_own_and_for_one_work_at_a_time(works):
    with works.begin(CHIEF, "k"):
        with pytest.raises(NotFound):
            works.get(CLERK, "k")
        with works.begin(CLERK, "k"):
            assert works.get(CLERK, "k").asker == CLERK
        with pytest.raises(WorkRunning), works.begin(CHIEF, "k"):
            pass
        assert works.get(CHIEF, "k").state is WorkState.RUNNING
    with works.begin(CHIEF, "k"):
        assert works.get(CHIEF, "k").state is WorkState.RUNNING


@pytest.mark.parametrize("key", ["", "a" * 65, "a/b", "khóa", "a b", "a\n"])
def test_keys_that_nobody_could_ask_for_are_refused(works, key):
    with pytest.raises(Invalid) as refused, works.begin(CHIEF, key):
        pass
    assert refused.value.facts["field"] == "Work-Key"


def test_work_without_a_key_is_nobody_s_business(works, heard):
    with works.begin(CHIEF, None) as job:
        job.tell(Step.ENCODE, 0.5)
    assert heard == []


def test_watchers_hear_now_and_then_and_of_every_end(works, heard, at_s):
    with works.begin(CHIEF, "k") as job:
        for number in range(40):
            job.tell(Step.ENCODE, number / 100)
            at_s[0] += TELL_EVERY_S / 8
    shares = [event.data["done"] for event in heard]
    assert shares == [0.0, 0.08, 0.16, 0.24, 0.32, 1.0]
    last = heard[-1]
    assert (last.id, last.kind, last.data["state"], last.data["by"]) == (
        0,
        "work",
        "finished",
        CHIEF.name,
    )


def test_only_so_many_are_remembered_and_none_that_runs_is_forgotten(works):
    with works.begin(CHIEF, "running"):
        for number in range(MAX_KEPT + 5):
            with works.begin(CHIEF, f"k{number}"):
                pass
        assert works.get(CHIEF, "running").state is WorkState.RUNNING
    assert len(works._kept) == MAX_KEPT
    assert (works._turns, works._told_s) == ({}, {})
    with pytest.raises(NotFound):
        works.get(CHIEF, "k0")
    assert works.get(CHIEF, f"k{MAX_KEPT + 4}").state is WorkState.FINISHED


def test_many_threads_at_once(works):
    def work(number):
        with works.begin(CHIEF, f"t{number}") as job:
            for done in range(50):
                job.tell(Step.CHECK, done / 50)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert all(works.get(CHIEF, f"t{number}").done == 1.0 for number in range(8))
