"""Long work: how far it is, under the key that its asker gave it."""

from fastapi import APIRouter

from api.access import App, Asker
from api.work import WorkOut

router = APIRouter()


@router.get("/progress/{key}")
def work(app: App, asker: Asker, key: str) -> WorkOut:
    """Return how far one's own work is, or what became of it."""
    return WorkOut.of(app.works.get(asker, key))
