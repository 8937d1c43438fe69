"""What a standing alert means here: for whom, how urgent, in which words. Pure.

What is meant in earnest and what is an exercise are two types from the first step on. `warnings`
takes only `Genuine` and gives `Warn`; `drills` takes only `Rehearsed` and gives `Drill`, which has
no class and says in its words that it is an exercise. Whatever else a status may be becomes
neither. The table of classes stands in docs/protocols/cap.md.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from controller.emergency import alert as cap
from controller.emergency.alert import (
    Certainty,
    Info,
    Pair,
    Reference,
    Response,
    Scope,
    Severity,
    Status,
    Urgency,
)
from controller.emergency.ground import covers
from controller.emergency.standing import Standing, begin, end
from controller.model import Area
from playlists.schedule.urgency import BroadcastClass
from playlists.schedule.zones import Place
from playlists.text import markup

MAX_SHOWN_CHARS: Final = 300
"""On a moving line this passes in a minute; who stands before a board reads no more."""
MAX_SPOKEN_CHARS: Final = 1_500
"""Two minutes."""
HERE: Final = "vi"
"""The language that is chosen where an alert has several."""

_SOON: Final = frozenset({Urgency.IMMEDIATE, Urgency.EXPECTED})
_BAD: Final = frozenset({Severity.EXTREME, Severity.SEVERE})
_SURE: Final = frozenset({Certainty.OBSERVED, Certainty.LIKELY})
_EXERCISE: Final = {
    "vi": ("DIỄN TẬP", "Đây là diễn tập, không phải cảnh báo thật."),
    "en": ("EXERCISE", "This is an exercise, not a real warning."),
}


class Policy(StrEnum):
    """What the site lets a sender do."""

    APPROVE = "approve"
    """A person lets each alert on air."""
    AIR = "air"
    """Alerts whose place is known go on air by themselves."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The district as alerts find it."""

    areas: Sequence[Area]
    codes: Mapping[Pair, str] = field(default_factory=dict)
    """Which area a geocode means, as the site says."""
    devices: Mapping[str, Place] = field(default_factory=dict)
    """Where devices stand; those that nobody placed are found by their area alone."""


@dataclass(frozen=True, slots=True)
class Genuine:
    """A public alert that is meant in earnest. Nothing else can be made into one."""

    standing: Standing

    def __post_init__(self) -> None:
        _check(self.standing, Status.ACTUAL)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A public alert that is an exercise."""

    standing: Standing

    def __post_init__(self) -> None:
        _check(self.standing, Status.EXERCISE)


@dataclass(frozen=True, slots=True)
class Where:
    """Which areas, and which devices besides."""

    areas: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the same as a broadcast's targets; empty = nowhere here."""
        return (
            *(f"area:{name}" for name in self.areas),
            *(f"device:{name}" for name in self.devices),
        )


@dataclass(frozen=True, slots=True)
class Words:
    """What is shown and what is said, in one language."""

    language: str
    shown: str
    """Markup for boards, with nothing in it that is read as markup."""
    spoken: str


@dataclass(frozen=True, slots=True)
class Warn:
    """A real alert as it may go on air."""

    alert: Reference
    where: Where
    words: Words
    broadcast_class: BroadcastClass
    begins: datetime
    ends: datetime
    needs_approval: bool


@dataclass(frozen=True, slots=True)
class Drill:
    """An exercise as it may go on air: as a normal broadcast, in its hours, once approved."""

    alert: Reference
    where: Where
    words: Words
    begins: datetime
    ends: datetime


def sort_out(standing: Standing) -> Genuine | Rehearsed | None:
    """Return what an alert is; None = it is for no public ear."""
    if standing.alert.scope is not Scope.PUBLIC:
        return None
    match standing.alert.status:
        case Status.ACTUAL:
            return Genuine(standing)
        case Status.EXERCISE:
            return Rehearsed(standing)
        case _:
            return None


def warnings(genuine: Genuine, policy: Policy, ground: Ground) -> list[Warn]:
    """Return what a real alert may put on air, one for each info that asks for it.

    Those without a place here have no targets; a person may give them some.
    """
    found = []
    alert = genuine.standing.alert
    for info in _chosen(genuine.standing.infos):
        urgency = class_of(info)
        if urgency is None:
            continue
        where = place(info.areas, ground)
        found.append(
            Warn(
                alert=alert.name,
                where=where,
                words=_words(info),
                broadcast_class=urgency,
                begins=begin(alert, info),
                ends=end(alert, info),
                needs_approval=policy is not Policy.AIR or not where.targets,
            )
        )
    return found


def drills(rehearsed: Rehearsed, ground: Ground) -> list[Drill]:
    """Return what an exercise may put on air, each saying before and after what it is."""
    alert = rehearsed.standing.alert
    return [
        Drill(
            alert=alert.name,
            where=place(info.areas, ground),
            words=_as_exercise(_words(info)),
            begins=begin(alert, info),
            ends=end(alert, info),
        )
        for info in _chosen(rehearsed.standing.infos)
        if class_of(info) is not None
    ]


def class_of(info: Info) -> BroadcastClass | None:
    """Return how urgent an info is here; None = it is over and needs nobody's ear."""
    if info.urgency is Urgency.PAST:
        return None
    if Response.ALL_CLEAR in info.responses:
        return BroadcastClass.PRIORITY
    soon, bad, sure = info.urgency in _SOON, info.severity in _BAD, info.certainty in _SURE
    return BroadcastClass.EMERGENCY if soon and bad and sure else BroadcastClass.PRIORITY


def place(areas: Iterable[cap.Area], ground: Ground) -> Where:
    """Return where an info holds here: by code, by name, and by where devices stand."""
    by_name = {_key(area.name): area.id for area in ground.areas}
    known = {area.id for area in ground.areas}
    found: dict[str, None] = {}
    devices: dict[str, None] = {}
    for area in areas:
        meant = [ground.codes.get(code) for code in area.geocodes]
        meant += [by_name.get(_key(name)) for name in _names(area.description)]
        found |= {name: None for name in meant if name in known and name is not None}
        devices |= {name: None for name, at in ground.devices.items() if covers(area, at)}
    return Where(tuple(found), tuple(devices))


def _check(standing: Standing, status: Status) -> None:
    alert = standing.alert
    if alert.status is not status or alert.scope is not Scope.PUBLIC:
        raise ValueError(f"{alert.identifier} is {alert.status} and {alert.scope}")


def _chosen(infos: Sequence[Info]) -> Sequence[Info]:
    """Return the infos in Vietnamese, else those in the language of the first."""
    languages = [_language(info) for info in infos]
    wanted = HERE if HERE in languages else languages[0]
    return [info for info, spoken in zip(infos, languages, strict=True) if spoken == wanted]


def _language(info: Info) -> str:
    return info.language.partition("-")[0].lower()


def _words(info: Info) -> Words:
    title = _plain(info.headline) or _plain(info.event)
    body = _plain(info.description)
    what_to_do = _plain(info.instruction)
    shown = _cut(_sentences(title, what_to_do or body), MAX_SHOWN_CHARS)
    # What to do is said before what happened is cut short.
    left = MAX_SPOKEN_CHARS - len(_sentences(title, what_to_do))
    spoken = _cut(_sentences(title, _cut(body, left), what_to_do), MAX_SPOKEN_CHARS)
    return Words(_language(info), markup.escape(shown), spoken)


def _as_exercise(words: Words) -> Words:
    label, sentence = _EXERCISE.get(words.language, _EXERCISE["en"])
    return Words(
        words.language,
        f"{label}: {words.shown} {label}.",
        f"{sentence} {words.spoken} {sentence}",
    )


def _plain(text: str) -> str:
    """Return a text in one line, of characters that can be shown."""
    clean = (" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join(unicodedata.normalize("NFC", "".join(clean)).split())


def _sentences(*parts: str) -> str:
    ended = (part if part[-1] in ".!?…" else f"{part}." for part in parts if part)
    return " ".join(ended)


def _cut(text: str, limit: int) -> str:
    """Return a text that is not too long, cut between words."""
    if len(text) <= limit:
        return text
    return f"{text[: max(limit - 1, 0)].rpartition(' ')[0].rstrip(',;:')}…" if limit > 0 else ""


def _names(description: str) -> Iterable[str]:
    """Return what a description may name: all of it, and what it lists."""
    return [description, *description.replace(";", ",").replace("\n", ",").split(",")]


def _key(name: str) -> str:
    return _plain(name).casefold()
