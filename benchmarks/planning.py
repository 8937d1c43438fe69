"""Planning for 10,000 devices: all plans of a district, then those that one edit concerns.

Each size runs in its own process, on a store of its own on the disk: real rows, real rules, signed
plans in one transaction. A plan holds its lease, eight days: more than the day that is asked for.
"""

import argparse
import asyncio
import json
import math
import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from crowd import STATED, Size, settle
from drafts import CHIEF

from controller.bootstrap import Services, prepare
from controller.settings import Settings
from controller.store import plans
from playlists.schedule import plan

SCALES = 1, 2, 4, 8
STATED_AT = 4
"""The size that was promised is the third of the four."""
MAX_EXPONENT = 1.1
EDITED = {"a single device": 68, "a group": 46, "a ward": 30, "a district": 35}
"""Broadcasts by whom they are for; see `crowd`."""


@dataclass(frozen=True)
class Figures:
    """What one size took."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    """Of the whole process, at its highest."""
    grown_mb: float
    """What planning added to it."""
    again_s: float
    """Planning all of it once more, when nothing changed."""
    items: int
    plan_bytes: int
    edits: dict[str, tuple[int, int, float]]
    """By whom a broadcast is for: its devices, plans that changed, seconds until it was stored."""


def size_at(scale: int) -> Size:
    """Return the stated district, scaled."""
    wards, devices, broadcasts = (
        round(n * scale / STATED_AT) for n in (STATED.wards, STATED.devices, STATED.broadcasts)
    )
    return Size(wards, devices, broadcasts)


def measure(scale: int, folder: Path) -> Figures:
    """Settle a district, plan it, plan it again, and edit some of its broadcasts."""
    with prepare(Settings(data_dir=folder)) as services:
        names = settle(services, size_at(scale))
        before_mb = _peak_mb()
        began_s, cpu_s = time.perf_counter(), time.process_time()
        with services.store.write() as tx:
            services.planner.replan(tx, names)
        wall_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
        peak_mb = _peak_mb()
        began_s = time.perf_counter()
        with services.store.write() as tx:
            services.planner.replan(tx, names)
        again_s = time.perf_counter() - began_s
        items, plan_bytes = 0, 0
        with services.store.write() as tx:
            for name in names:
                payload = plans.current(tx, name).payload
                items, plan_bytes = (
                    items + len(plan.decode(payload).items),
                    plan_bytes + len(payload),
                )
        edits = {whom: _edit(services, number) for whom, number in EDITED.items()}
    return Figures(wall_s, cpu_s, peak_mb, peak_mb - before_mb, again_s, items, plan_bytes, edits)


def _edit(services: Services, number: int) -> tuple[int, int, float]:
    with services.store.write() as tx:
        plans.sent(tx, [one.id for one in plans.outgoing(tx)])
    began_s = time.perf_counter()
    changed = services.broadcasts.cancel(f"{number:016x}", CHIEF)
    edit_s = time.perf_counter() - began_s
    with services.store.read() as tx:
        touched = {one.device for one in plans.outgoing(tx)}
    if not touched <= set(changed.devices):
        raise SystemExit("an edit touched plans that it does not concern")
    return len(changed.devices), len(touched), edit_s


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def apart(scale: int) -> Figures:
    """Measure one size in a fresh process."""
    command = [sys.executable, __file__, "--scale", str(scale)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    if process.returncode:
        raise SystemExit(process.returncode)
    return Figures(**json.loads(told))


def exponent(sizes: list[float], costs: list[float]) -> float:
    """Return the slope of log cost over log size: 1 = twice the work, twice the cost."""
    xs, ys = [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    x0, y0 = sum(xs) / len(xs), sum(ys) / len(ys)
    pairs = zip(xs, ys, strict=True)
    return sum((x - x0) * (y - y0) for x, y in pairs) / sum((x - x0) ** 2 for x in xs)


def report(found: dict[int, Figures]) -> bool:
    """Print the tables; say whether the bound holds."""
    console = Console(width=120)
    table = Table("", "Devices", "Areas", "Broadcasts", "Items", "Wall", "CPU", "Plans/s")
    for name in ("Memory", "grown by", "Bytes a plan", "Again"):
        table.add_column(name)
    for scale, one in found.items():
        size = size_at(scale)
        table.add_row(
            f"{scale}×" + (" (stated)" if scale == STATED_AT else ""),
            *(f"{count:,}" for count in (size.devices, size.areas, size.broadcasts, one.items)),
            *(f"{one.wall_s:.1f} s", f"{one.cpu_s:.1f} s", f"{size.devices / one.wall_s:,.0f}"),
            *(f"{one.peak_mb:.0f} MB", f"{one.grown_mb:.0f} MB"),
            *(f"{one.plan_bytes // size.devices:,}", f"{one.again_s:.1f} s"),
        )
    load = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    table.caption = f"every plan for its lease of eight days; {load}"
    console.print(table)
    edits = Table("One edit, for", *(f"{scale}×" for scale in found))
    for whom in EDITED:
        cells = [
            f"{touched} of {devices} plans, {edit_s * 1000:.0f} ms"
            for devices, touched, edit_s in (one.edits[whom] for one in found.values())
        ]
        edits.add_row(whom, *cells)
    console.print(edits)
    sizes = [float(size_at(scale).devices) for scale in found]
    costs = {
        "wall": [one.wall_s for one in found.values()],
        "CPU": [one.cpu_s for one in found.values()],
        "memory": [one.peak_mb for one in found.values()],
    }
    slopes = {name: exponent(sizes, cost) for name, cost in costs.items()}
    told = ", ".join(f"{name} {slope:.2f}" for name, slope in slopes.items())
    console.print(f"growth exponents: {told} (bound {MAX_EXPONENT})")
    return max(slopes.values()) <= MAX_EXPONENT


def main() -> None:
    """Print the tables, or the figures of one size for them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=int, choices=SCALES)
    scale = options.parse_args().scale
    if scale is None:
        found = {scale: asyncio.run(apart(scale)) for scale in SCALES}
        sys.exit(not report(found))
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(scale, Path(folder)).__dict__))


if __name__ == "__main__":
    main()
