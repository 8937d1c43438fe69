"""A controller for a fleet: as many devices as are asked for, in one ward."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from district_of_five import board, speaker

from controller.bootstrap import Services, prepare
from controller.broker import Broker
from controller.delivery import Delivery
from controller.model import Area
from controller.settings import Settings
from controller.store import places, proof
from simulator.fleet import Unit

TENANT = "thu"


@dataclass(frozen=True)
class Delivering:
    """A controller's services with their broker, and who may publish everything there."""

    services: Services
    broker: Broker
    units: list[Unit]


def enrol(services: Services, count: int) -> list[Unit]:
    """Enrol boards, and a loudspeaker for every fifth device; return them with their secrets."""
    services.district.create_area(Area("phuong", "Phường", None, "Asia/Ho_Chi_Minh", None))
    units = []
    for number in range(count):
        heard = number % 5 == 4
        name = f"tb-{number}"
        device = speaker(name, "phuong") if heard else board(name, "phuong", (192, 32))
        secret = services.district.enrol(device, thin=False).secret
        units.append(Unit(name, secret, exclusive=heard))
    return units


@asynccontextmanager
async def delivering(settings: Settings, count: int) -> AsyncIterator[Delivering]:
    """Run store, planner, embedded broker and delivery for so many devices."""
    with prepare(settings) as services:
        units = await asyncio.to_thread(enrol, services, count)
        broker = Broker(settings, services.store)
        await broker.start()
        delivery = Delivery(
            settings,
            services.store,
            services.clock,
            services.key,
            services.rollouts,
            meter=services.meter,
        )
        duty = asyncio.create_task(delivery.run(broker.url, broker.username, broker.password))
        try:
            yield Delivering(services, broker, units)
        finally:
            duty.cancel()
            await asyncio.gather(duty, return_exceptions=True)
            await asyncio.to_thread(broker.stop)


def is_told(services: Services, names: Sequence[str], broadcast: str | None) -> bool:
    """Say whether the store knows of all these devices that they are there, follow their newest
    plan and have this broadcast on."""
    with services.store.read() as tx:
        return all(
            (state := proof.state(tx, post.device.id)) is not None
            and state.online
            and (state.plan_version, state.broadcast) == (post.plan_version, broadcast)
            for post in places.posts(tx, names)
        )


def are_gone(services: Services, names: Sequence[str]) -> bool:
    """Say whether the store knows of all these devices that they are away."""
    with services.store.read() as tx:
        states = [proof.state(tx, name) for name in names]
    return all(state is not None and not state.online for state in states)
