"""What the demo's trucks say: spoken and scheduled over REST, once, when the district runs.

Speaking takes a second or two, so nobody waits for it to see the demo.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from api.cli.district import Demo, Record

DAY_S: Final = 86_400
_PATIENCE_S: Final = 60.0


class Speechless(Exception):
    """Trucks have nothing to say; the message says why."""


def begin(url: str, demo: Demo, said: Path) -> None:
    """Let trucks say in each zone what belongs there, each time they pass; `said` is a file that
    remembers that they do. Raises Speechless."""
    if said.exists():
        return
    headers = {"Authorization": f"Bearer {demo.token}"}
    try:
        with httpx.Client(
            base_url=f"{url}/api/v1", headers=headers, timeout=_PATIENCE_S, trust_env=False
        ) as api:
            for zone in demo.zones:
                _say(api, zone)
    except httpx.HTTPStatusError as exc:
        raise Speechless(exc.response.text[:500]) from exc
    except httpx.HTTPError as exc:
        raise Speechless(str(exc)) from exc
    said.touch()


def _say(api: httpx.Client, zone: Record) -> None:
    spoken = api.post("/announcements", json={"text": zone["says"]}).raise_for_status().json()
    today = datetime.now(UTC).date()  # in Vietnam it is that day, or the next
    every_day = {"start": f"{today}T00:00", "duration_s": DAY_S, "rrule": "FREQ=DAILY"}
    asked = {
        "content": {"kind": "announcement", "id": spoken["id"]},
        "targets": [f"zone:{zone['id']}"],
        "rule": every_day,
    }
    api.post("/broadcasts", json=asked).raise_for_status()
