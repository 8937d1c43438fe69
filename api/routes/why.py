"""Why something is on, who may still show what was taken off, and who lags behind."""

from fastapi import APIRouter

from api import whywords
from api.access import App, Asker
from api.broadcastforms import BroadcastIn
from api.schemas import Page
from api.times import asked_instant
from api.why import ConflictsOut, ExplainedOut, LaggardOut, ReachOut
from controller.areas import DEFAULT_TZ

router = APIRouter()


@router.get("/devices/{name}/explain")
def explain(app: App, _asker: Asker, name: str, at: str | None = None) -> ExplainedOut:
    """Say what is on a device and why, and why all else is not; now, or at any planned instant."""
    return ExplainedOut.of(app.explainer.of(name, asked_instant("at", at)))


@router.post("/broadcasts/check")
def check(app: App, _asker: Asker, broadcast: BroadcastIn) -> ConflictsOut:
    """List what a broadcast would collide with; nothing is kept, and nothing is refused."""
    return ConflictsOut.of(app.conflicts.check(broadcast.to_draft()))


@router.get("/broadcasts/{name}/conflicts")
def conflicts(app: App, _asker: Asker, name: str) -> ConflictsOut:
    """List what a broadcast collides with, for whoever approves it."""
    return ConflictsOut.of(app.conflicts.of(name))


@router.get("/broadcasts/{name}/reach")
def reach(app: App, _asker: Asker, name: str) -> ReachOut:
    """Say which devices still show, or may show, what was cancelled or edited, and until when."""
    return ReachOut.of(app.reach.of(name))


@router.get("/delivery/lagging")
def lagging(app: App, _asker: Asker) -> Page:
    """List the devices that have not confirmed their newest plan, the longest first."""
    now = app.clock.now()
    found = app.reach.lagging()
    return Page(items=[LaggardOut.of(one, whywords.lag(one, DEFAULT_TZ, now)) for one in found])
