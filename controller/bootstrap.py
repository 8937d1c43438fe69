"""The one place where the controller's real parts are chosen and put together."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from controller import keys
from controller.access import Access
from controller.announcements import Announcements
from controller.assets import Files
from controller.audit import AuditLog
from controller.broadcasts import Broadcasts
from controller.broker import Broker
from controller.calendars import Calendars
from controller.clock import Clock, SystemClock
from controller.conflicts import Conflicts
from controller.delivery import Delivery
from controller.district import District
from controller.emergency.air import Air
from controller.emergency.alerts import Alerts
from controller.emergency.contents import Contents
from controller.emergency.emergencies import Emergencies
from controller.emergency.templates import Templates
from controller.errors import BrokenAlmanac, BrokenFont
from controller.explain import Explainer
from controller.feed import Feeds
from controller.field import Field
from controller.firmware import FirmwareShelf
from controller.hours import Hours
from controller.hub import Hub
from controller.jobs import Jobs
from controller.library import Library
from controller.live.onair import OnAir
from controller.live.pages import Pages
from controller.live.relays import Relays
from controller.live.tape import Tapes
from controller.meter import Meter
from controller.planning import Planner
from controller.quotas import Quotas
from controller.reach import Reach
from controller.rendering import Renderer
from controller.reports import Reports
from controller.rollouts import Rollouts
from controller.settings import Settings
from controller.sound import settings as sound_settings
from controller.sound.studio import Studio
from controller.speech.reader import Reader
from controller.store.store import Store
from controller.trucks import Trucks
from controller.usage import Usage
from controller.wards import Wards
from controller.work import Works
from controller.zones import Zones
from playlists.errors import BadBytes
from playlists.schedule import almanac
from playlists.schedule.almanac import Almanac
from playlists.text.fontbook import FontBook, read_folder

MIN_FREE_BYTES: Final = 50 << 20
"""Below this a commit may soon fail; better to say so before."""


@dataclass(frozen=True)
class Services:
    """Everything that works without a broker."""

    settings: Settings
    clock: Clock
    store: Store
    key: Ed25519PrivateKey
    planner: Planner
    access: Access
    assets: Files
    district: District
    library: Library
    announcements: Announcements
    broadcasts: Broadcasts
    field: Field
    firmware: FirmwareShelf
    rollouts: Rollouts
    hours: Hours
    calendars: Calendars
    zones: Zones
    trucks: Trucks
    meter: Meter
    usage: Usage
    audit: AuditLog
    relays: Relays
    pages: Pages
    tapes: Tapes
    works: Works
    wards: Wards
    reports: Reports
    explainer: Explainer
    reach: Reach
    conflicts: Conflicts
    feeds: Feeds
    quotas: Quotas
    templates: Templates
    emergencies: Emergencies
    alerts: Alerts

    @property
    def plan_key(self) -> bytes:
        """Return the public key that gateways check plans with: 32 raw bytes."""
        return self.key.public_key().public_bytes_raw()


@dataclass(frozen=True)
class Controller(Services):
    """A running controller."""

    hub: Hub
    delivery: Delivery
    on_air: OnAir
    mqtt_url: str

    def health(self) -> dict[str, bool]:
        """Return, for each thing the controller cannot work without, whether it is well."""
        try:
            self.store.check()
            answers = True
        except Exception:  # noqa: BLE001 -- whatever it is, the database does not answer
            answers = False
        return {
            "database": answers,
            "broker": self.delivery.connected,
            "disk": shutil.disk_usage(self.settings.data_dir).free > MIN_FREE_BYTES,
        }


@contextmanager
def prepare(settings: Settings, clock: Clock | None = None) -> Iterator[Services]:
    """Open the store at the newest schema and build the services on it."""
    clock = SystemClock() if clock is None else clock
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = Store(settings.database)
    try:
        services = _services(settings, clock, store)
        yield services
        services.meter.flush()
    finally:
        store.close()


@asynccontextmanager
async def open_controller(
    settings: Settings, clock: Clock | None = None
) -> AsyncIterator[Controller]:
    """Run a controller: services, embedded broker, delivery, alarm clock."""
    with prepare(settings, clock) as services:
        await asyncio.to_thread(services.district.refresh_idle)
        broker = Broker(settings, services.store)
        await broker.start()
        services.district.on_enrolled = broker.reload
        hub, jobs = Hub(services.store), _jobs(services)
        delivery = Delivery(
            settings,
            services.store,
            services.clock,
            services.key,
            services.rollouts,
            meter=services.meter,
        )
        on_air = OnAir(services.pages, services.store, services.clock, services.tapes)
        await on_air.open()
        hub.open()
        services.works.on_change = hub.pass_on
        jobs.start()
        duties = [
            asyncio.create_task(broker.supervise(), name="broker"),
            asyncio.create_task(
                delivery.run(broker.url, broker.username, broker.password), name="delivery"
            ),
        ]
        try:
            yield Controller(
                **{name: getattr(services, name) for name in Services.__dataclass_fields__},
                hub=hub,
                delivery=delivery,
                on_air=on_air,
                mqtt_url=broker.url,
            )
        finally:
            await on_air.close()
            hub.close()
            jobs.stop()
            for duty in duties:
                duty.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*duties, return_exceptions=True)
            await asyncio.to_thread(broker.stop)


def _services(settings: Settings, clock: Clock, store: Store) -> Services:
    key = keys.plan_key(settings.data_dir)
    planner = Planner(settings, clock, key, _almanac(settings))
    assets = Files(settings.data_dir / "assets")
    renderer = Renderer(assets, _fonts(settings))
    district = District(store, clock, renderer, planner)
    clips, images = Files(settings.data_dir / "clips"), Files(settings.data_dir / "images")
    speech, reader = Files(settings.data_dir / "speech"), Reader.of(settings)
    studio = Studio(store, sound_settings.read(settings.sound), assets)
    announcements = Announcements(store, clock, reader, studio, speech)
    library = Library(store, clock, renderer, announcements, studio, clips=clips, images=images)
    meter = Meter(store, clock)
    broadcasts = Broadcasts(store, clock, district, library, planner)
    air = Air(clock, district, library, planner)
    words = Contents(store, clock, renderer, announcements)
    tapes = Tapes(settings.data_dir / "recordings")
    return Services(
        settings=settings,
        clock=clock,
        store=store,
        key=key,
        planner=planner,
        access=Access(store, clock),
        assets=assets,
        district=district,
        library=library,
        announcements=announcements,
        broadcasts=broadcasts,
        field=Field(store, clock, planner),
        firmware=FirmwareShelf(store, clock, assets),
        rollouts=Rollouts(settings, store, clock, district, key),
        hours=Hours(store, clock, planner),
        calendars=Calendars(store, clock, planner),
        zones=Zones(store, clock, planner),
        trucks=Trucks(store, clock, planner),
        meter=meter,
        usage=Usage(settings.lease, store, clock, meter, planner),
        audit=AuditLog(store),
        relays=Relays(store, clock, library),
        pages=Pages(store, clock, broadcasts, planner, tapes),
        tapes=tapes,
        works=Works(clock),
        wards=Wards(store, clock, planner),
        reports=Reports(store, clock),
        explainer=Explainer(settings.lease, store, clock, planner),
        reach=Reach(settings.lease, store, clock),
        conflicts=Conflicts(store, clock, district, library, planner, assets),
        feeds=Feeds(store, clock),
        quotas=Quotas(store, clock, planner),
        templates=Templates(store, clock, words, air, planner),
        emergencies=Emergencies(store, clock, words, air),
        alerts=Alerts(store, clock, words, air),
    )


def _fonts(settings: Settings) -> FontBook:
    try:
        return read_folder(settings.fonts)
    except BadBytes as exc:
        reason = f"{settings.fonts}/{exc.reason}"
        raise BrokenFont(f"a font cannot be read: {reason}", reason=reason) from exc


def _almanac(settings: Settings) -> Almanac:
    try:
        return almanac.read(settings.almanac.read_text("utf-8"), almanac.BUILT_IN)
    except FileNotFoundError:
        return almanac.BUILT_IN
    except (BadBytes, OSError, UnicodeDecodeError) as exc:
        reason = f"{settings.almanac}: {exc}"
        raise BrokenAlmanac(f"days and hours cannot be read: {reason}", reason=reason) from exc


def _jobs(services: Services) -> Jobs:
    return Jobs(
        services.store,
        services.clock,
        services.planner,
        services.access,
        services.rollouts,
        meter=services.meter,
        reports=services.reports,
        quotas=services.quotas,
        alerts=services.alerts,
    )
