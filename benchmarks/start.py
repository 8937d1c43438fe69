"""How exactly sounds start: real gateways, and loudspeakers that note when they hear.

Two gateways of one cluster, each a process, play the same plan from their disks; nobody else runs.
The figure is from the planned instant to the first sample that is not silence, as it sounds.
"""

import argparse
import asyncio
import base64
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from rich.table import Table

from firmware_bridge.cache import PlanCache
from firmware_bridge.link.envelope import Domain, seal, trusted
from playlists.audio import decode, encode
from playlists.audio.sound import SAMPLE_RATE_HZ, Sound
from playlists.schedule import plan as plans
from playlists.schedule.plan import Asset, AssetKind, BroadcastClass, Item, OnInterrupt, Plan
from simulator.speakers.speaker import SimulatedSpeaker

ROOT = Path(__file__).resolve().parent.parent
TENANT = "bench"
UNITS = "loa-1", "loa-2"
SOUND_S = 0.4
PACE_S = 2.0
"""From one start to the next, and at random up to half a second more."""
BOOT_S = 15.0
BOUND_MS = 20.0


def beep() -> Sound:
    """Return a tone that begins at once."""
    at_s = np.arange(int(SOUND_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return encode.opus((8_000 * np.sin(2 * np.pi * 700 * at_s)).astype(np.int16))


def starts(count: int) -> list[datetime]:
    """Return the instants: never on a grid that a sleeping loop might share."""
    chance = random.Random(20_261_125)
    at, found = datetime.now(UTC) + timedelta(seconds=BOOT_S), []
    for _ in range(count):
        at += timedelta(seconds=PACE_S + chance.random() / 2)
        found.append(at)
    return found


def write_unit(folder: Path, unit: str, port: int, sound: Sound, instants: list[datetime]) -> Path:
    """Put a gateway's file, its plan and its sound on disk; return the file."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    asset = Asset(sound.sha256, AssetKind.SOUND, len(sound.data), sound.duration_ms)
    length = timedelta(milliseconds=sound.duration_ms)
    items = tuple(
        Item(
            occurrence=f"beep@{number}",
            broadcast="beep",
            asset=asset,
            broadcast_class=BroadcastClass.NORMAL,
            priority=50,
            start=at,
            end=at + length,
            on_interrupt=OnInterrupt.RESUME,
        )
        for number, at in enumerate(instants)
    )
    now = datetime.now(UTC)
    plan = Plan(
        tenant=TENANT,
        device=unit,
        version=1,
        issued_at=now,
        not_before=now,
        not_after=instants[-1] + timedelta(hours=1),
        items=items,
    )
    cache = PlanCache(folder / unit, tenant=TENANT, device=unit, keys=trusted(public))
    cache.accept(seal(plans.encode(plan), Domain.PLAN, key), now)
    (folder / "assets").mkdir()
    (folder / "assets" / sound.sha256).write_bytes(sound.data)
    file = folder / "gateway.toml"
    # Nothing listens on port 9: the unit has no controller and no broker, and needs none.
    file.write_text(
        f"""[controller]
url = "http://127.0.0.1:9"
mqtt_url = "mqtt://127.0.0.1:9"
tenant = "{TENANT}"
plan_keys = ["{base64.b64encode(public).decode()}"]
data = "."

[[device]]
id = "{unit}"
kind = "speaker"
secret = "bench"
driver = "pcm"
port = "127.0.0.1:{port}"
""",
        "utf-8",
    )
    return file


async def listen(speakers: Sequence[SimulatedSpeaker], instants: list[datetime]) -> np.ndarray:
    """Return how late each unit was at each start, in ms; NaN for one that was not heard."""
    late_ms = np.full((len(speakers), len(instants)), np.nan)
    for column, at in enumerate(instants):
        planned_s = at.timestamp()
        await asyncio.sleep(max(planned_s + SOUND_S + 0.3 - time.time(), 0))
        for row, speaker in enumerate(speakers):
            onset_s = speaker.ear.onset_s(planned_s - 0.5)
            if onset_s is not None:
                late_ms[row, column] = (onset_s - planned_s) * 1000
    return late_ms


async def measure(count: int, folder: Path) -> np.ndarray:
    """Run the units through all starts."""
    sound = beep()
    speakers = [SimulatedSpeaker(unit, "127.0.0.1", 0, clock=time.time) for unit in UNITS]
    for speaker in speakers:
        await speaker.start()
    instants = starts(count)
    gateways = []
    try:
        for speaker in speakers:
            (folder / f"machine-{speaker.id}").mkdir()
            file = write_unit(
                folder / f"machine-{speaker.id}", speaker.id, speaker.port, sound, instants
            )
            command = [sys.executable, "-m", "api", "gateway", str(file)]
            gateways.append(
                await asyncio.create_subprocess_exec(
                    *command, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL
                )
            )
        late_ms = await listen(speakers, instants)
    finally:
        for gateway in gateways:
            gateway.terminate()
        for gateway in gateways:
            await gateway.wait()
        for speaker in speakers:
            await speaker.stop()
    # What the codec makes of the tone's first samples is not the gateway's doing.
    ramp = int(np.flatnonzero(decode.decode(sound.data))[0]) * 1000 / SAMPLE_RATE_HZ
    return late_ms - ramp


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--starts", type=int, default=50)
    count = options.parse_args().starts
    with tempfile.TemporaryDirectory() as folder:
        late_ms = asyncio.run(measure(count, Path(folder)))
    table = Table("", "Starts", "Heard", "Min", "Median", "p99", "Max", "Bound for p99")
    for unit, row in zip(UNITS, late_ms, strict=True):
        table.add_row(f"{unit}: late by", *cells(row))
    table.add_row("apart from each other", *cells(np.abs(late_ms[0] - late_ms[1])))
    busy = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; the bound is for 0"
    table.caption = busy
    Console(width=110).print(table)


def cells(late_ms: np.ndarray) -> list[str]:
    """Return one row of figures."""
    heard = late_ms[~np.isnan(late_ms)]
    if not heard.size:
        return [str(len(late_ms)), "0", *["-"] * 5]
    figures = (heard.min(), np.median(heard), np.percentile(np.abs(heard), 99), heard.max())
    bound = f"{BOUND_MS:g} ms"
    return [str(len(late_ms)), str(len(heard)), *(f"{ms:.2f} ms" for ms in figures), bound]


if __name__ == "__main__":
    main()
