"""The audit log: what is entered, and that whoever touches it is found out."""

import shutil
import sqlite3
import threading
from contextlib import closing
from dataclasses import astuple, replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from drafts import CHIEF, CLERK, draft, message
from hypothesis import given, settings
from hypothesis import strategies as st

from controller import audit
from controller.chain import FIELDS, GENESIS, Head, Wanted, digest, verify
from controller.errors import BrokenDatabase, NotAuthenticated
from controller.store.store import Store

TEXT = st.text(max_size=12)
ROW = st.tuples(
    st.integers(0, 1 << 42), TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, st.none() | TEXT, st.none() | TEXT
)


def chained(rows):
    """Return entries as the store would have kept them, and their head."""
    entries, previous = [], GENESIS
    for number, row in enumerate(rows, start=1):
        previous = digest((number, *row), previous)
        entries.append((number, *row, previous))
    return entries, Head(len(entries), previous)


@settings(max_examples=50)
@given(st.lists(ROW, max_size=6), st.data())
def test_a_chain_that_nobody_touched_is_whole(rows, data):
    entries, head = chained(rows)
    noted = data.draw(st.sampled_from([None, *(entry[-1] for entry in entries)]))
    found = verify(entries, head, noted)
    assert (found.broken, found.count, found.head) == (None, len(rows), head.hash)
    assert noted is None or entries[found.noted_at - 1][-1] == noted


OTHER = st.one_of(st.none(), st.integers(-1, 9), st.floats(), TEXT, st.binary(max_size=3))


@settings(max_examples=50)
@given(st.lists(ROW, min_size=1, max_size=6), st.data())
def test_any_other_value_anywhere_is_found(rows, data):
    entries, head = chained(rows)
    at = data.draw(st.integers(0, len(entries) - 1))
    column = data.draw(st.integers(0, len(FIELDS)))
    value = data.draw(OTHER.filter(lambda value: repr(value) != repr(entries[at][column])))
    entries[at] = (*entries[at][:column], value, *entries[at][column + 1 :])
    found = verify(entries, head)
    assert found.broken is not None
    assert found.broken.number == at + 1
    assert found.count == at


@settings(max_examples=50)
@given(st.lists(ROW, min_size=2, max_size=6), st.data())
def test_entries_that_are_moved_doubled_or_missing_are_found(rows, data):
    entries, head = chained(rows)
    one = data.draw(st.integers(0, len(entries) - 1))
    other = data.draw(st.integers(0, len(entries) - 1).filter(lambda it: it != one))
    act = data.draw(st.sampled_from(["swap", "drop", "double", "renumbered"]))
    spoiled = list(entries)
    if act == "swap":
        spoiled[one], spoiled[other] = spoiled[other], spoiled[one]
    elif act == "drop":
        del spoiled[one]
    elif act == "double":
        spoiled.insert(one, spoiled[one])
    else:  # the numbers of two change places, and with them their order
        spoiled[one] = (other + 1, *entries[one][1:])
        spoiled[other] = (one + 1, *entries[other][1:])
        spoiled.sort()
    assert verify(spoiled, head).broken is not None


@settings(max_examples=50)
@given(st.lists(ROW, min_size=1, max_size=6), st.data())
def test_a_chain_cut_short_with_its_head_is_found_by_whoever_noted_it(rows, data):
    entries, head = chained(rows)
    left = data.draw(st.integers(0, len(entries) - 1))
    short, end = chained(rows[:left])
    assert verify(short, head).broken is not None
    assert verify(short, None).broken is not None
    assert verify(short, end).broken is None, "by itself it looks whole"
    assert verify(short, end, head.hash).broken is not None


@settings(max_examples=50)
@given(st.lists(ROW, min_size=1, max_size=4), st.data())
def test_a_chain_written_anew_is_found_by_whoever_noted_it(rows, data):
    at = data.draw(st.integers(0, len(rows) - 1))
    forged = list(rows)
    forged[at] = (rows[at][0] + 1, *rows[at][1:])
    anew, end = chained(forged)
    _, head = chained(rows)
    assert verify(anew, end).broken is None
    assert verify(anew, end, head.hash).broken is not None


def entered(services, **asked):
    return list(services.audit.all(Wanted(**asked)))


def examined(services, noted=None):
    return audit.examine(services.settings.database, noted, lambda *_: None)


def test_what_is_entered_of_a_broadcast(services, clock):
    clerk = replace(CLERK, address="10.0.0.7")
    made = services.broadcasts.create(draft(services, "device:bang-1"), clerk)
    clock.turn(minutes=1)
    services.broadcasts.approve(made.id, CHIEF)
    services.broadcasts.approve(made.id, CHIEF)
    services.broadcasts.cancel(made.id, CHIEF)
    told = entered(services, object=f"broadcast:{made.id}")
    content = made.content_sha256
    assert [(one.verb, one.actor, one.before, one.after) for one in told] == [
        ("create", "Cán bộ", None, content),
        ("approve", "Chủ tịch", content, content),
        ("cancel", "Chủ tịch", content, None),
    ]
    assert (told[0].address, told[1].address) == ("10.0.0.7", "")
    assert told[1].at == clock.now()
    found = examined(services)
    assert found.broken is None
    assert (found.count, found.last_at) == (told[-1].id, clock.now())


def test_an_entry_and_its_change_are_one(services):
    def fall():
        with services.store.write() as tx:
            audit.record(tx, services.clock.now(), CHIEF, "create", "area:x")
            raise ArithmeticError

    before = entered(services)
    with pytest.raises(ArithmeticError):
        fall()
    assert entered(services) == before
    message(services)
    assert [one.id for one in entered(services)] == list(range(1, len(before) + 2))
    assert examined(services).broken is None


def test_the_same_content_has_the_same_hash_in_every_process(services):
    one = services.district.device("loa-1")
    assert audit.content_of(one) == audit.content_of(replace(one))
    assert audit.content_of(one) != audit.content_of(replace(one, mobile=True))
    written = b'{"a":1,"b":["x","y"]}'
    assert audit.content_of({"b": {"y", "x"}, "a": 1}) == sha256(written).hexdigest()


def test_writers_at_the_same_time_make_one_chain(services):
    before = len(entered(services))
    others = [Store(services.settings.database) for _ in range(3)]

    def write(store):
        for number in range(10):
            with store.write() as tx:
                audit.record(tx, services.clock.now(), CHIEF, "create", f"area:{number}")

    threads = [threading.Thread(target=write, args=[store]) for store in (services.store, *others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in others:
        store.close()
    found = examined(services)
    assert (found.broken, found.count) == (None, before + 40)


SPOILERS = {
    "UPDATE audit SET actor = 'ai đó' WHERE id = 5": 5,
    "UPDATE audit SET actor = CAST(actor AS BLOB) WHERE id = 5": 5,
    "UPDATE audit SET actor = CAST(x'ff' AS TEXT) WHERE id = 5": 5,
    "UPDATE audit SET before = '' WHERE id = 6": 6,
    "UPDATE audit SET at = 'hôm qua' WHERE id = 2": 2,
    "UPDATE audit SET at = at + 1 WHERE id = 1": 1,
    "UPDATE audit SET hash = upper(hash) WHERE id = 3": 3,
    "DELETE FROM audit WHERE id = 4": 4,
    "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)": None,
    "DELETE FROM audit": 1,
    "UPDATE audit_head SET number = number - 1": None,
    "DELETE FROM audit_head": None,
    "INSERT INTO audit SELECT id + 1, at, actor, actor_id, how, address, verb, object, before,"
    " after, hash FROM audit ORDER BY id DESC LIMIT 1": None,
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A database with seven entries, closed."""
    path = tmp_path_factory.mktemp("kept") / "kept.sqlite3"
    store = Store(path)
    for number in range(7):
        with store.write() as tx:
            at = datetime(2026, 11, 24, 5, number, tzinfo=UTC)
            audit.record(tx, at, CHIEF, "create", f"area:{number}", after=sha256().hexdigest())
    store.close()
    return path


@pytest.mark.parametrize("statement", SPOILERS)
def test_a_hand_in_the_database_is_found(kept, tmp_path, statement):
    copy = shutil.copy(kept, tmp_path / "copy.sqlite3")
    assert audit.examine(copy, None, lambda *_: None).broken is None
    with closing(sqlite3.connect(copy)) as database, database:
        assert database.execute(statement).rowcount > 0
    found = audit.examine(copy, None, lambda *_: None)
    assert found.broken is not None
    assert "missing" in found.broken.reason or not statement.startswith("DELETE FROM audit ")
    wanted = SPOILERS[statement]
    assert wanted is None or found.broken.number == wanted


def test_a_long_log_is_read_in_bites_and_says_how_far_it_is(kept, tmp_path):
    copy = shutil.copy(kept, tmp_path / "copy.sqlite3")
    count = 5_000
    entries, head = chained([(number, "Lan", "", "", "", "", "", None, None)
                             for number in range(count)])  # fmt: skip
    with closing(sqlite3.connect(copy)) as database, database:
        database.execute("DELETE FROM audit")
        places = ", ".join("?" * len(entries[0]))
        database.executemany(f"INSERT INTO audit VALUES ({places})", entries)
        database.execute("UPDATE audit_head SET number = ?, hash = ?", (count, head.hash))
    told = []
    found = audit.examine(copy, entries[99][-1], lambda *so_far: told.append(so_far))
    assert (found.broken, found.count, found.noted_at) == (None, count, 100)
    assert told == [(done, count) for done in range(audit.BATCH, count + 1, audit.BATCH)]
    with closing(sqlite3.connect(copy)) as database, database:
        database.execute("UPDATE audit SET at = at + 1 WHERE id = 4321")
    assert audit.examine(copy, None, lambda *_: None).broken.number == 4321


def test_an_older_database_has_no_log_yet(tmp_path):
    old = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(old)) as database, database:
        database.execute("CREATE TABLE area (id TEXT)")
    with pytest.raises(BrokenDatabase):
        audit.examine(old, None, lambda *_: None)


def test_credentials_are_entered_but_not_shown(services):
    token = services.access.create_token("Lan", may_approve_alone=True)
    code = services.access.create_sign_in_code("Lan")
    session = services.access.sign_in(code, "10.0.0.7")
    person = services.access.session(session)
    services.access.sign_out(session, "10.0.0.7")
    with pytest.raises(NotAuthenticated):
        services.access.sign_in(code, "10.0.0.8")
    told = entered(services)[-5:]
    assert [(one.verb, one.how, one.address) for one in told] == [
        ("issue", "system", ""),
        ("issue", "system", ""),
        ("sign-in", "code", "10.0.0.7"),
        ("sign-out", "session", "10.0.0.7"),
        ("refuse-sign-in", "nobody", "10.0.0.8"),
    ]
    assert told[3].actor_id == person.id
    everything = repr(list(map(astuple, told)))
    assert not any(secret in everything for secret in (token, code, session))
