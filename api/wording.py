"""How one kind of problem is told, in two languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """How one kind of problem is told. Templates name the error's facts."""

    status: int
    title_vi: str
    detail_vi: str
    title_en: str
    detail_en: str
    hint_vi: str = ""
    """Follows the detail when the error has a guess: its fact `nearest` is not empty."""
    hint_en: str = ""
