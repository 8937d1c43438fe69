"""The plan on disk: what a device plays when nobody answers, and what it must never play again."""

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from firmware_bridge import disk
from firmware_bridge.errors import PlanRefused, RefusalReason, Refused
from firmware_bridge.link.envelope import Domain, Keys, open_sealed
from playlists.errors import BadBytes
from playlists.schedule import instant
from playlists.schedule import plan as plans
from playlists.schedule.plan import Plan

logger = logging.getLogger(__name__)

NEVER_HELD: Final = -1


@dataclass(frozen=True, slots=True)
class Held:
    """A plan that may be followed, and the SHA-256 of its payload."""

    plan: Plan
    sha256: str


class PlanCache:
    """The plan of one device in one folder; nothing in it is believed without its signature."""

    def __init__(self, folder: Path, *, tenant: str, device: str, keys: Keys) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._plan_file = folder / "plan.bin"
        self._highest_file = folder / "highest.json"
        self._tenant = tenant
        self._device = device
        self._keys = keys
        self._highest, self._highest_sha256 = self._read_highest()
        self._on_disk = ""

    @property
    def highest(self) -> int:
        """Return the highest version ever accepted; -1 before the first."""
        return self._highest

    def load(self) -> Held | None:
        """Return the plan on disk after checking it again; None when there is none to trust.

        An ended lease is no reason against it: its safe content still stands.
        """
        try:
            held = self._open(self._plan_file.read_bytes())
            self._check_version(held)
        except FileNotFoundError:
            return None
        except (OSError, Refused) as exc:
            logger.warning("%s: the plan on disk is not used: %s", self._device, exc)
            return None
        self._highest, self._highest_sha256 = held.plan.version, held.sha256
        self._on_disk = held.sha256
        return held

    def accept(self, envelope: bytes, now: datetime | None) -> Held:
        """Check a plan of any origin and keep it; PlanRefused says why not.

        `now` is None while the clock cannot be trusted: then the lease cannot be judged. An
        OSError means that it could not be kept: the plan before it stands.
        """
        try:
            held = self._open(envelope)
        except Refused as exc:
            raise PlanRefused(exc, version=0, plan_sha256=_sha256(envelope)) from exc
        try:
            self._check_version(held)
            if now is not None and now >= held.plan.not_after:
                raise Refused(RefusalReason.EXPIRED, instant.to_text(held.plan.not_after))
        except Refused as exc:
            version, sha256 = held.plan.version, held.sha256
            raise PlanRefused(exc, version=version, plan_sha256=sha256) from exc
        self._keep(envelope, held)
        return held

    def _open(self, envelope: bytes) -> Held:
        payload = open_sealed(envelope, Domain.PLAN, self._keys)
        try:
            plan = plans.decode(payload)
        except BadBytes as exc:
            raise Refused(RefusalReason.NOT_A_PLAN, exc.reason) from exc
        if (plan.tenant, plan.device) != (self._tenant, self._device):
            raise Refused(RefusalReason.WRONG_DEVICE, f"it is for {plan.tenant}/{plan.device}")
        return Held(plan, _sha256(payload))

    def _check_version(self, held: Held) -> None:
        version = held.plan.version
        if version < self._highest:
            detail = f"version {version}, but {self._highest} was held before"
            raise Refused(RefusalReason.REPLAYED, detail)
        if version == self._highest and held.sha256 != self._highest_sha256:
            raise Refused(RefusalReason.REPLAYED, f"version {version} with other content")

    def _keep(self, envelope: bytes, held: Held) -> None:
        if held.sha256 == self._on_disk:
            return
        disk.write_whole(self._plan_file, envelope)
        document = {"version": held.plan.version, "sha256": held.sha256}
        disk.write_whole(self._highest_file, json.dumps(document).encode())
        self._highest, self._highest_sha256 = held.plan.version, held.sha256
        self._on_disk = held.sha256

    def _read_highest(self) -> tuple[int, str]:
        try:
            document = json.loads(self._highest_file.read_bytes())
            return int(document["version"]), str(document["sha256"])
        except FileNotFoundError:
            return NEVER_HELD, ""
        except (OSError, ValueError, KeyError, TypeError) as exc:
            logger.warning("%s: %s is lost: %s", self._device, self._highest_file.name, exc)
            return NEVER_HELD, ""


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
