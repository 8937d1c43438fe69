"""Virtual time: it jumps, it is exact, it has one order, and it waits for nothing real."""

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clockwork import InlineHand, VirtualClock, run
from simulator.errors import NotVirtual, Standstill

T0 = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def test_a_year_passes_at_once():
    async def work():
        clock, began_s = VirtualClock(T0), time.monotonic()
        for day in range(1, 366):
            at = T0 + timedelta(days=day, microseconds=day)
            await clock.sleep_until(at)
            assert clock.now() == at
        return time.monotonic() - began_s

    assert run(work()) < 5


@given(st.lists(st.floats(0, 1e6), max_size=20))
def test_sleepers_wake_in_order_of_their_instants(delays_s):
    async def work():
        woken = []

        async def sleeper(delay_s):
            await asyncio.sleep(delay_s)
            woken.append((asyncio.get_running_loop().time(), delay_s))

        async with asyncio.TaskGroup() as tasks:
            for delay_s in delays_s:
                tasks.create_task(sleeper(delay_s))
        return woken

    woken = run(work())
    assert [delay_s for _, delay_s in woken] == sorted(delays_s)
    assert all(at_s == pytest.approx(delay_s, abs=1e-6) for at_s, delay_s in woken)
    assert run(work()) == woken


def test_time_stands_still_while_somebody_acts():
    async def work():
        clock = VirtualClock(T0)
        later = asyncio.create_task(clock.sleep_until(T0 + timedelta(hours=1)))
        for _ in range(1000):
            await asyncio.sleep(0)
        assert clock.now() == T0
        await later
        assert clock.now() == T0 + timedelta(hours=1)

    run(work())


def test_a_timeout_is_virtual_too():
    async def work():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3600):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run(work()) == 3600


def test_who_waits_for_ever_is_named():
    async def listen(door):
        await door.wait()

    async def work():
        await asyncio.sleep(7)
        door = asyncio.Event()
        await asyncio.create_task(listen(door), name="the porter")

    with pytest.raises(Standstill) as raised:
        run(work())
    assert raised.value.second == 7
    porter = next(one for one in raised.value.waiting if one.startswith("the porter"))
    assert "listen:" in porter
    assert "Event.wait:" in porter


@pytest.mark.parametrize(
    "wait",
    [
        lambda: asyncio.to_thread(time.monotonic),
        lambda: asyncio.open_connection("127.0.0.1", 9),
        lambda: asyncio.start_server(lambda *_: None, "127.0.0.1", 0),
        lambda: asyncio.create_subprocess_exec("true"),
    ],
)
def test_nothing_real_is_waited_for(wait):
    async def work():
        await wait()

    with pytest.raises(NotVirtual):
        run(work())


def test_a_thread_cannot_come_in():
    async def work():
        loop, refused = asyncio.get_running_loop(), []

        def intrude():
            try:
                loop.call_soon_threadsafe(print)
            except NotVirtual as exc:
                refused.append(exc.what)

        thread = threading.Thread(target=intrude)
        thread.start()
        thread.join()
        return refused

    assert run(work()) == ["a callback from another thread"]


def test_a_hand_does_one_thing_after_the_other_and_each_takes_its_time():
    async def work():
        clock, hand, done = VirtualClock(T0), InlineHand(), []

        def job(name, for_s):
            hand.pause(for_s)
            done.append((name, clock.second()))
            return name

        def fails():
            hand.pause(2)
            raise OSError("unplugged")

        async def ask(work):
            try:
                answer = await hand.do(work)
            except OSError as exc:
                answer = str(exc)
            return answer, clock.second()

        asked = [lambda: job("a", 5), fails, lambda: job("b", 1)]
        answers = await asyncio.gather(*map(ask, asked))
        return answers, done

    answers, done = run(work())
    assert answers == [("a", 5), ("unplugged", 7), ("b", 8)]
    assert done == [("a", 0), ("b", 7)]
