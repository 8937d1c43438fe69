"""Long work in REST: the header that names it, and how far it is as JSON."""

from typing import Annotated, Any, Self

from fastapi import Header

from api import problems
from api.forms import Out
from controller.work import Work, WorkState
from playlists.audio.progress import Step

WorkKey = Annotated[str | None, Header()]
"""The header `Work-Key`: what a client calls the work that its request starts."""


class WorkOut(Out):
    """How far a piece of work is: what is being done, and which share of that is done."""

    key: str
    state: WorkState
    step: Step | None
    """None = nothing long has begun."""
    turn: int
    """How many times this step has begun; how often it must, nobody knows before."""
    done: float
    location: str | None
    """Where what was made is, once the work is finished."""
    problem: dict[str, Any] | None
    """Why it failed: what its request is answered with."""

    @classmethod
    def of(cls, work: Work) -> Self:
        """Show a piece of work."""
        failed = work.code is not None
        return cls(
            key=work.key,
            state=work.state,
            step=work.step,
            turn=work.turn,
            done=round(work.done, 3),
            location=work.location,
            problem=problems.document(work.code or "", work.facts) if failed else None,
        )
