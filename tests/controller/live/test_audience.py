"""Listeners: from now on, to the end, and nobody waits for the slow."""

import asyncio

from controller.live.audience import MAX_BEHIND_BYTES, Audience


async def heard(listener) -> bytes:
    return b"".join([block async for block in listener.sound()])


def test_everybody_hears_from_when_he_came_to_the_end():
    async def scene():
        audience = Audience()
        with audience.seat("loa-1") as early:
            audience.begin(b"head")
            audience.tell(b"one")
            with audience.seat(None) as late:
                assert (len(audience), audience.devices()) == (2, 1)
                audience.tell(b"two")
                audience.end()
                found = await heard(early), await heard(late)
        assert len(audience) == 0
        with audience.seat("loa-2") as too_late:
            return *found, await heard(too_late)

    assert asyncio.run(scene()) == (b"headonetwo", b"headtwo", b"head")


def test_who_waits_is_woken_by_the_next_sound_and_by_the_end():
    async def scene():
        audience = Audience()
        with audience.seat(None) as listener:
            sound = listener.sound()
            upcoming = asyncio.ensure_future(anext(sound))
            await asyncio.sleep(0)
            audience.tell(b"one")
            assert await upcoming == b"one"
            last = asyncio.ensure_future(anext(sound, b"over"))
            await asyncio.sleep(0)
            audience.end()
            assert await last == b"over"

    asyncio.run(scene())


def test_the_slow_are_lost_and_the_others_notice_nothing():
    async def scene():
        audience = Audience()
        audience.begin(b"")
        with audience.seat("slow") as slow, audience.seat("quick") as quick:
            sound, parts = quick.sound(), []
            for _ in range(2 * MAX_BEHIND_BYTES // 1_000):
                audience.tell(bytes(1_000))
                parts.append(await anext(sound))
            assert slow.lost.is_set()
            assert not quick.lost.is_set()
            assert len(slow._waiting) == 0, "what nobody takes is not kept"
            return len(b"".join(parts))

    assert asyncio.run(scene()) == 2 * MAX_BEHIND_BYTES // 1_000 * 1_000


def test_a_device_that_listens_twice_is_one_device():
    audience = Audience()
    with audience.seat("loa-1"), audience.seat("loa-1"), audience.seat(None):
        assert audience.devices() == 1
