"""What this site announces, as an alert for others: in Vietnamese and in English. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from controller.emergency.alert import (
    Alert,
    Area,
    Category,
    Certainty,
    Info,
    Kind,
    Reference,
    Response,
    Scope,
    Severity,
    Status,
    Urgency,
)


@dataclass(frozen=True, slots=True)
class Text:
    """What is said, in one language."""

    language: str
    """As in `vi-VN`, `en`."""
    event: str
    headline: str
    instruction: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """An emergency of this site; the texts say the same, Vietnamese first."""

    texts: tuple[Text, ...]
    areas: tuple[Area, ...]
    expires: datetime
    sender_name: str
    categories: tuple[Category, ...] = (Category.SAFETY,)
    responses: tuple[Response, ...] = ()
    urgency: Urgency = Urgency.IMMEDIATE
    severity: Severity = Severity.SEVERE
    certainty: Certainty = Certainty.OBSERVED

    def infos(self, effective: datetime) -> tuple[Info, ...]:
        """Return an info for each language."""
        return tuple(
            Info(
                language=text.language,
                categories=self.categories,
                event=text.event,
                responses=self.responses,
                urgency=self.urgency,
                severity=self.severity,
                certainty=self.certainty,
                effective=effective,
                expires=self.expires,
                sender_name=self.sender_name,
                headline=text.headline,
                description=text.description,
                instruction=text.instruction,
                areas=self.areas,
            )
            for text in self.texts
        )


def issue(said: Bulletin, name: Reference, *, exercise: bool) -> Alert:
    """Return the first message of an emergency."""
    return Alert(
        identifier=name.identifier,
        sender=name.sender,
        sent=name.sent,
        status=Status.EXERCISE if exercise else Status.ACTUAL,
        kind=Kind.ALERT,
        scope=Scope.PUBLIC,
        infos=said.infos(name.sent),
    )


def update(earlier: Alert, said: Bulletin, identifier: str, sent: datetime) -> Alert:
    """Return the message that stands instead of an earlier one; its status stays."""
    return _follow(earlier, Kind.UPDATE, identifier, sent, said.infos(sent))


def cancel(earlier: Alert, identifier: str, sent: datetime) -> Alert:
    """Return the message that ends an earlier one; it says of what it was that it is over."""
    over = (
        replace(info, urgency=Urgency.PAST, responses=(Response.ALL_CLEAR,))
        for info in earlier.infos
    )
    return _follow(earlier, Kind.CANCEL, identifier, sent, over)


def _follow(
    earlier: Alert, kind: Kind, identifier: str, sent: datetime, infos: Iterable[Info]
) -> Alert:
    return replace(
        earlier,
        identifier=identifier,
        sent=sent,
        kind=kind,
        references=(*earlier.references, earlier.name),
        infos=tuple(infos),
    )
