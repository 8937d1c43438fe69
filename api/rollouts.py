"""The JSON of firmware and its rollouts."""

from typing import Annotated, Self

from pydantic import Field

from api.forms import In, Out
from api.schemas import Instant, Name
from controller import fitting


class RolloutIn(In):
    """A firmware, the boards that shall run it, and how carefully."""

    firmware: Name
    targets: list[Annotated[str, Field(max_length=120)]]
    waves: list[Annotated[float, Field(gt=0, le=100_000)]] = Field(default=[1, 0.1])
    """Sizes: whole numbers are counts, fractions below 1 shares; the rest is the last wave."""
    share_pct: int = 10
    """It stops by itself when so many percent of the boards ordered so far have failed."""
    patience_s: int = 86_400
    """A board that comes to no end for so long counts as failed."""

    def to_draft(self) -> fitting.RolloutDraft:
        """Return the same as the controller takes it."""
        return fitting.RolloutDraft(
            firmware=self.firmware,
            targets=tuple(self.targets),
            waves=tuple(self.waves),
            share_pct=self.share_pct,
            patience_s=self.patience_s,
        )


class FirmwareOut(Out):
    """A firmware file; who signed it is judged by gateways and boards."""

    id: str
    version: str
    hardware: str
    key_id: str
    sha256: str
    size_bytes: int
    created_at: Instant
    created_by: str


class RolloutDeviceOut(Out):
    """How far one board of a rollout got; `stage` is None before anything was heard."""

    device: str
    wave: int
    ordered_at: Instant | None
    stage: str | None
    done: int
    total: int
    reason: str | None
    detail: str


class RolloutOut(Out):
    """A rollout as remembered; `reason` says why it halted by itself."""

    id: str
    firmware: str
    share_pct: int
    patience_s: int
    state: fitting.RolloutState
    reason: str
    created_at: Instant
    created_by: str
    stopped_by: str | None
    devices: list[RolloutDeviceOut]

    @classmethod
    def of(cls, rollout: fitting.Rollout) -> Self:
        """Show a rollout."""
        return cls.model_validate(rollout)
