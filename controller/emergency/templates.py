"""Templates: what may be said in an emergency, written in peace and approved by somebody else.

What has no gaps is rendered when it is approved and lies ready on every unit of its areas.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from controller.audit import content_of, record
from controller.clock import Clock
from controller.emergency import wording
from controller.emergency.air import Air, Devices
from controller.emergency.contents import Contents
from controller.emergency.model import Mode, Template, TemplateDraft, TemplateState
from controller.errors import ControllerError, Forbidden, Invalid, NotFound
from controller.life import ContentChanged, EditedMeanwhile, OwnWork
from controller.model import Person
from controller.names import checked_name
from controller.planning import Planner
from controller.store import contents as content_rows
from controller.store import emergency as rows
from controller.store.pages import page
from controller.store.store import Store, Tx
from playlists.audio import chime
from playlists.schedule.plan import Asset, BroadcastClass

DURATION_RANGE_S: Final = (60, 4 * 3_600)
"""Whatever takes longer is pressed again: somebody should look once in four hours."""
REPEAT_RANGE_S: Final = (20, 3_600)
MAX_AREAS: Final = 100
MAX_ENGLISH_CHARS: Final = 300
MAX_PINNED_BYTES: Final = 8 << 20
"""What lies ready on one unit for all templates; the smallest unit has 64 MiB for files."""
CLEAR_CHIME: Final = "two-tone"


class NotReady(ControllerError):
    """A template lacks something without which nobody may press it. Fact: `lacks`."""

    code = "template-not-ready"


class PinsFull(ControllerError):
    """Too much lies ready on a unit. Facts: `device`, `limit_bytes`."""

    code = "pins-full"


class Templates:
    """What may be said in an emergency."""

    def __init__(
        self, store: Store, clock: Clock, contents: Contents, air: Air, planner: Planner
    ) -> None:
        self._store = store
        self._clock = clock
        self._contents = contents
        self._air = air
        self._planner = planner

    def create(self, draft: TemplateDraft, person: Person) -> Template:
        """Keep a template that nobody has approved; Invalid, ContentRefused."""
        draft = self._checked(draft)
        template = Template(
            id=secrets.token_hex(8),
            draft=draft,
            state=TemplateState.DRAFT,
            content_sha256=_hash(draft),
            authors=(person.name,),
            approved_by=None,
            created_at=self._clock.now(),
            created_by=person.name,
        )
        with self._store.write() as tx:
            rows.put_template(tx, template)
            self._enter(tx, person, "create", None, template)
        return template

    def edit(self, name: str, draft: TemplateDraft, person: Person, *, seen: str) -> Template:
        """Change a template; it must be approved anew. EditedMeanwhile when `seen` is not what it
        is by now."""
        draft = self._checked(draft)
        with self._store.write() as tx:
            before = _existing(tx, name)
            if before.content_sha256 != seen:
                raise EditedMeanwhile("it was edited", content_sha256=before.content_sha256)
            after = replace(
                before,
                draft=draft,
                state=TemplateState.DRAFT,
                content_sha256=_hash(draft),
                authors=tuple(dict.fromkeys((*before.authors, person.name))),
                approved_by=None,
            )
            rows.put_template(tx, after)
            self._planner.replan(tx, rows.set_pins(tx, name, {}))
            self._enter(tx, person, "edit", before, after)
        return after

    def approve(self, name: str, person: Person, *, seen: str) -> Template:
        """Let a template be pressed, once everything of it can be shown and heard; approving twice
        is approving once.

        Raises ContentChanged when `seen` is not what it is by now, OwnWork, NotReady, PinsFull.
        """
        template = self.get(name)
        _check_may_approve(template, person, seen)
        if template.state is TemplateState.APPROVED:
            return template
        pins, assets = self._ready(template, person)
        with self._store.write() as tx:
            before = _existing(tx, name)
            _check_may_approve(before, person, seen)
            after = replace(before, state=TemplateState.APPROVED, approved_by=person.name)
            rows.put_template(tx, after)
            for asset in assets:
                content_rows.add_asset(tx, asset)
            changed = rows.set_pins(tx, name, pins)
            _check_room(rows.pinned(tx, pins))
            self._planner.replan(tx, changed)
            self._enter(tx, person, "approve", before, after)
        return after

    def withdraw(self, name: str, person: Person) -> Template:
        """Let nobody press it any more; withdrawing twice is withdrawing once."""
        with self._store.write() as tx:
            before = _existing(tx, name)
            if before.state is TemplateState.DRAFT:
                return before
            if not person.may_approve_alone and person.name not in before.authors:
                raise Forbidden("somebody else's template", action="withdraw")
            after = replace(before, state=TemplateState.DRAFT, approved_by=None)
            rows.put_template(tx, after)
            self._planner.replan(tx, rows.set_pins(tx, name, {}))
            self._enter(tx, person, "withdraw", before, after)
        return after

    def get(self, name: str) -> Template:
        """Return a template; NotFound."""
        with self._store.read() as tx:
            return _existing(tx, name)

    def list(self, cursor: str | None, limit: int) -> tuple[list[Template], str | None]:
        """Return one page of templates, newest first, and the next cursor."""
        with self._store.read() as tx:
            return page(lambda at, count: rows.templates(tx, at, count), cursor, limit)

    def _checked(self, draft: TemplateDraft) -> TemplateDraft:
        for field, value, (least, most) in (
            ("duration_s", draft.duration_s, DURATION_RANGE_S),
            ("repeat_s", draft.repeat_s, REPEAT_RANGE_S),
            ("clear_s", draft.clear_s, DURATION_RANGE_S),
        ):
            if not least <= value <= most:
                raise Invalid("no such time", field=field, reason=f"{least} to {most}")
        if len(draft.english) > MAX_ENGLISH_CHARS or len(draft.areas) > MAX_AREAS:
            reason = f"at most {MAX_ENGLISH_CHARS} characters in English, {MAX_AREAS} areas"
            raise Invalid("too much", field="english", reason=reason)
        chime.chime(draft.chime)
        wording.check(draft)
        if draft.areas:
            self._air.devices(_targets(draft))
        for said in (draft.alarm, draft.all_clear):
            if said is not None and not draft.slots:
                self._contents.check(said)
        return replace(draft, name=checked_name(draft.name))

    def _ready(
        self, template: Template, person: Person
    ) -> tuple[dict[str, set[str]], Iterable[Asset]]:
        """Render what can be rendered now; return what each unit must have ready."""
        draft = template.draft
        if draft.all_clear is None:
            raise NotReady("no all clear", lacks="all_clear")
        if draft.slots:
            return {}, ()
        devices = self._devices(draft)
        pins: dict[str, set[str]] = {}
        assets: dict[str, Asset] = {}
        for said, chime_name in (
            (wording.alarm(draft.alarm, Mode.REAL), draft.chime),
            (wording.all_clear(draft.all_clear, Mode.REAL), CLEAR_CHIME),
        ):
            words = self._contents.of(said, chime_name, person)
            shown = self._air.shown(words, devices)
            heard = self._air.heard(words, devices, BroadcastClass.EMERGENCY)
            for device, asset in {**shown, **heard}.items():
                pins.setdefault(device, set()).add(asset.sha256)
                assets[asset.sha256] = asset
        return pins, assets.values()

    def _devices(self, draft: TemplateDraft) -> Devices:
        return self._air.devices(_targets(draft)) if draft.areas else self._air.everywhere()

    def _enter(
        self, tx: Tx, person: Person, verb: str, before: Template | None, after: Template
    ) -> None:
        was = None if before is None else before.content_sha256
        thing = f"template:{after.id}"
        now = self._clock.now()
        record(tx, now, person, verb, thing, before=was, after=after.content_sha256)


def _existing(tx: Tx, name: str) -> Template:
    found = rows.template(tx, name)
    if found is None:
        raise NotFound("template", name[:80])
    return found


def _check_may_approve(template: Template, person: Person, seen: str) -> None:
    if template.content_sha256 != seen:
        raise ContentChanged("it was edited", content_sha256=template.content_sha256)
    if person.name in template.authors and not person.may_approve_alone:
        authors = list(template.authors)
        raise OwnWork("somebody else must approve this", action="approve", authors=authors)


def _check_room(pinned: dict[str, tuple[Asset, ...]]) -> None:
    for device, assets in pinned.items():
        if sum(one.size_bytes for one in assets) > MAX_PINNED_BYTES:
            limit_bytes = MAX_PINNED_BYTES
            raise PinsFull("too much lies ready", device=device, limit_bytes=limit_bytes)


def _hash(draft: TemplateDraft) -> str:
    return content_of(draft) or ""


def _targets(draft: TemplateDraft) -> Sequence[str]:
    return [f"area:{area}" for area in draft.areas]
