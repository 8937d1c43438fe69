"""From an operator's word until it is shown, beside a bare MQTT publisher.

One process is the controller: store on the disk, planner, outbox, delivery, with the embedded
broker beside it. Another is a fleet of gateways: each connects with its own secret, verifies its
plan, acknowledges it and tells its state. A broadcast is asked for; each gateway notes by its own
clock, the machine's, when it comes on. Then a bare paho client sends the same bytes to the same
topics through the same broker, and each gateway notes when it has verified them.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from drafts import CHIEF, draft
from fleets import TENANT, Delivering, delivering, is_told

from api.cli.wiring import free_ports
from controller.settings import Settings
from controller.store import plans
from firmware_bridge.link.envelope import trusted
from firmware_bridge.link.topics import Channel, topic
from playlists.schedule.plan import BroadcastClass
from simulator.fleet import Fleet, Shown, Unit

SIZES = 100, 1_000
ROUNDS = 3
MAX_RATIO = 1.5
MAX_EMERGENCY_S = 5.0
GIVE_UP_S = 300.0
TELL_EVERY_S = 0.05


@dataclass(frozen=True)
class Round:
    """One broadcast, then its bytes once more by the bare publisher."""

    asked_s: float
    """Until the operator had an answer."""
    shown_s: list[float]
    """Until it was on, for each device."""
    told_s: float
    """Until the controller knew of all that it was on."""
    bare_s: list[float]
    """Until the bare publisher's bytes were verified, for each device."""
    cpu_s: float
    """Of the controller's process, from the asking until it knew."""


@dataclass
class Watched:
    """The fleet's process, and what it noted: instants by device, in seconds since 1970."""

    process: asyncio.subprocess.Process
    shown: dict[str, dict[str, float]] = field(default_factory=dict)
    verified: dict[str, dict[str, float]] = field(default_factory=dict)
    """The newest only; by SHA-256 of the plan."""
    connected_s: float = 0.0
    cpu_s: float = 0.0
    ended: bool = False

    async def listen(self) -> None:
        """Take notes until the fleet ends."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            what, name, device, at_s = json.loads(line)
            if what == "connected":
                self.connected_s = at_s
            elif what == "cpu":
                self.cpu_s = at_s
            else:
                notes = self.shown if what == "shown" else self.verified
                notes.setdefault(name, {})[device] = at_s
        self.ended = True

    async def until(self, probe: Callable[[], bool], why: str) -> None:
        """Return when the probe is true; SystemExit when that takes too long."""
        deadline_s = time.monotonic() + GIVE_UP_S
        while not probe():
            if self.ended or time.monotonic() > deadline_s:
                raise SystemExit(f"in vain: {why}")
            await asyncio.sleep(0.02)


async def live_fleet() -> None:
    """Be the fleet that standard input describes, until it ends; tell what happens."""
    wanted = json.loads(sys.stdin.readline())
    notes: list[tuple[str, str, str, float]] = []

    def came_on(one: Shown) -> None:
        notes.append(("shown", one.broadcast, one.device, one.at.timestamp()))

    def verified(device: str, sha256: str) -> None:
        notes.append(("verified", sha256, device, time.time()))

    began_s = time.monotonic()
    async with Fleet(
        [Unit(**unit) for unit in wanted["units"]],
        url=wanted["url"],
        tenant=TENANT,
        keys=trusted(bytes.fromhex(wanted["key"])),
        clock=lambda: datetime.now(UTC),
        came_on=came_on,
        verified=verified,
    ) as fleet:
        notes.append(("connected", "", "", time.monotonic() - began_s))
        ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
        while not ended.done():
            notes.append(("cpu", "", "", time.process_time()))
            print("\n".join(json.dumps(note) for note in notes), flush=True)
            notes.clear()
            if fleet.lost:
                raise SystemExit(f"{len(fleet.lost)} gateways lost their broker")
            await asyncio.sleep(TELL_EVERY_S)


async def watch_fleet(controller: Delivering) -> Watched:
    """Start the fleet in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, __file__, "--fleet"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    wanted = {
        "url": controller.broker.url,
        "key": controller.services.plan_key.hex(),
        "units": [
            {"device": one.device, "secret": one.secret, "exclusive": one.exclusive}
            for one in controller.units
        ],
    }
    process.stdin.write(json.dumps(wanted).encode() + b"\n")
    return Watched(process)


async def play(
    controller: Delivering, fleet: Watched, kind: BroadcastClass, number: int, bare: Client
) -> Round:
    """Ask for a broadcast, wait until all is quiet again, and send the same bytes barely."""
    services, boards = controller.services, boards_of(controller)
    asked = draft(services, "area:phuong", text=f"Tin số {number}", broadcast_class=kind)
    began_s, cpu_s = time.time(), time.process_time()
    made = (await asyncio.to_thread(services.broadcasts.create, asked, CHIEF)).id
    asked_s = time.time() - began_s
    shown = fleet.shown.setdefault(made, {})
    await fleet.until(lambda: len(shown) == len(boards), f"{kind} is shown everywhere")
    await all_told(controller, fleet, boards, made)
    told_s, cpu_s = time.time() - began_s, time.process_time() - cpu_s
    shown_s = [at_s - began_s for at_s in shown.values()]
    bare_s = await send_barely(controller, fleet, boards, bare)
    await asyncio.to_thread(services.broadcasts.cancel, made, CHIEF)
    await all_told(controller, fleet, names_of(controller), None)
    Console(stderr=True).print(
        f"  {kind}: shown after {_s(max(shown_s))}, known after {_s(told_s)}, "
        f"barely sent in {_s(max(bare_s))}"
    )
    return Round(asked_s, shown_s, told_s, bare_s, cpu_s)


def boards_of(controller: Delivering) -> list[str]:
    """Return the devices that show a text."""
    return [one.device for one in controller.units if not one.exclusive]


def names_of(controller: Delivering) -> list[str]:
    """Return all devices."""
    return [one.device for one in controller.units]


async def all_told(
    controller: Delivering, fleet: Watched, names: list[str], broadcast: str | None
) -> None:
    """Wait until the store knows of all these devices that this is on."""
    deadline_s = time.monotonic() + GIVE_UP_S
    while not await asyncio.to_thread(is_told, controller.services, names, broadcast):
        if fleet.ended or time.monotonic() > deadline_s:
            raise SystemExit(f"in vain: the controller knows that {broadcast} is on")
        await asyncio.sleep(0.2)


async def send_barely(
    controller: Delivering, fleet: Watched, boards: list[str], bare: Client
) -> list[float]:
    """Publish the boards' plans as they are; return when each was verified, in seconds."""
    with controller.services.store.read() as tx:
        held = {device: plans.current(tx, device) for device in boards}
    fleet.verified.clear()
    began_s = time.time()
    for device, one in held.items():
        bare.publish(topic(TENANT, device, Channel.PLAN), one.envelope, qos=1, retain=True)

    def verified() -> list[float]:
        noted = (fleet.verified.get(one.sha256, {}).get(name) for name, one in held.items())
        return [at_s - began_s for at_s in noted if at_s is not None]

    await fleet.until(lambda: len(verified()) == len(boards), "the bare bytes are verified")
    return verified()


def bare_client(controller: Delivering) -> Client:
    """Return a paho client as it comes, connected as the controller is."""
    client = Client(CallbackAPIVersion.VERSION2, client_id="bare", protocol=MQTTv311)
    client.username_pw_set(controller.broker.username, controller.broker.password)
    client.connect(controller.services.settings.host, controller.services.settings.mqtt_port)
    client.loop_start()
    return client


async def measure(count: int, rounds: int, folder: Path) -> dict[str, list[Round]]:
    """Run all rounds of one size."""
    (mqtt_port,) = free_ports(1)
    settings = Settings(data_dir=folder, tenant=TENANT, mqtt_port=mqtt_port)
    async with delivering(settings, count) as controller:
        fleet = await watch_fleet(controller)
        listening = asyncio.create_task(fleet.listen())
        began_s = time.monotonic()
        await all_told(controller, fleet, names_of(controller), None)
        quiet_s = time.monotonic() - began_s
        bare = bare_client(controller)
        found = {
            kind.value: [
                await play(controller, fleet, kind, number, bare) for number in range(rounds)
            ]
            for kind in (BroadcastClass.NORMAL, BroadcastClass.EMERGENCY)
        }
        bare.disconnect()
        bare.loop_stop()
        assert fleet.process.stdin is not None
        fleet.process.stdin.close()
        await fleet.process.wait()
        await listening
    Console(width=140).print(
        f"{count:,} gateways: connected in {fleet.connected_s:.1f} s, all first plans known to be "
        f"held after {quiet_s:.1f} s; CPU of the fleet {fleet.cpu_s:.1f} s in all"
    )
    return found


def report(found: dict[int, dict[str, list[Round]]]) -> bool:
    """Print the table; say whether the bounds hold."""
    table = Table("Boards", "Class", "Answered", "Shown p50", "p99", "all")
    for name in ("Bare p50", "p99", "all", "Ratio", "Controller knows", "its CPU"):
        table.add_column(name)
    holds = True
    for kinds in found.values():
        for kind, rounds in kinds.items():
            shown = np.concatenate([one.shown_s for one in rounds])
            bare = np.concatenate([one.bare_s for one in rounds])
            ratio = statistics.median(max(one.shown_s) / max(one.bare_s) for one in rounds)
            worst_s = float(np.percentile(shown, 99))
            holds &= ratio <= MAX_RATIO
            holds &= kind != BroadcastClass.EMERGENCY or worst_s <= MAX_EMERGENCY_S
            table.add_row(
                *(f"{len(rounds[0].shown_s):,}", kind),
                _s(statistics.median(one.asked_s for one in rounds)),
                *(_s(float(np.percentile(shown, 50))), _s(worst_s)),
                _s(statistics.median(max(one.shown_s) for one in rounds)),
                *(_s(float(np.percentile(bare, 50))), _s(float(np.percentile(bare, 99)))),
                _s(statistics.median(max(one.bare_s) for one in rounds)),
                f"{ratio:.2f}",
                _s(statistics.median(one.told_s for one in rounds)),
                _s(statistics.median(one.cpu_s for one in rounds)),
            )
    load = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    table.caption = (
        f"medians of the rounds; bounds: ratio {MAX_RATIO}, emergencies' p99 {MAX_EMERGENCY_S:g} s"
        f"; {load}"
    )
    Console(width=140).print(table)
    return holds


def _s(seconds: float) -> str:
    return f"{seconds:.3f} s"


def main() -> None:
    """Print the table, or be the fleet."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--fleet", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = options.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < max(SIZES) * 2:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if chosen.fleet:
        asyncio.run(live_fleet())
        return
    found = {}
    for count in chosen.sizes:
        with tempfile.TemporaryDirectory() as folder:
            found[count] = asyncio.run(measure(count, chosen.rounds, Path(folder)))
    sys.exit(not report(found))


if __name__ == "__main__":
    main()
