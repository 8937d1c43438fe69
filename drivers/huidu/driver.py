"""Driving a Huidu full-colour card: pictures as PNG files, one program, switched by one order.

A picture is brought to the card as a file named by its hash; one order then puts it into our
program. Whatever goes wrong before that order leaves the old picture standing, and the card asks
only for what it does not hold: the driver need not know.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from drivers.checks import check_frame
from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, PeerWireError, Unsupported
from drivers.huidu import program
from drivers.huidu.documents import SUCCESS, Node, node
from drivers.huidu.image import PREFIX, name_of, png_of
from drivers.huidu.session import Session, SessionLost
from drivers.ports import Board, ByteLink, Capabilities, Percent, Route, Status
from playlists.text.frame import Depth, Frame

REPLY_TIMEOUT_S: Final = 5.0
"""A card opens a picture before it says that it has; other hosts wait up to 20 s."""
MAX_SIDE_PX: Final = 8_192
"""Our own bound: more than any card drives that we know of."""
KEPT_PICTURES: Final = 32
"""Our files that stay on the card, so that what comes again need not be sent again."""
_CLOCK: Final = "%Y-%m-%d %H:%M:%S"
_DARKEST: Final = 1
"""Per cent; a card takes 1 to 100."""
_HUNDRED: Final = 100

T = TypeVar("T")


class Huidu(Board):
    """One card on a TCP connection."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        geometry = site.geometry
        if site.depth is Depth.TRICOLOUR:
            raise Unsupported("a Huidu full-colour card is rgb, or mono when its LEDs are")
        if max(geometry.width_px, geometry.height_px) > MAX_SIDE_PX:
            raise Unsupported(f"a Huidu card drives at most {MAX_SIDE_PX} LEDs a side: {geometry}")
        self._link = link
        self._site = site
        self._session: Session | None = None
        self._forget()

    @property
    def capabilities(self) -> Capabilities:
        """What this card can do."""
        return Capabilities(
            geometry=self._site.geometry,
            depth=self._site.depth,
            route=Route.IMAGE,
            frame_interval_ms=2_000,  # the card writes each new picture to its flash
            acknowledges=True,
            brightness=True,
            clock=True,
        )

    def show(self, frame: Frame, *, emergency: bool = False) -> None:  # noqa: ARG002 -- no such path
        """Bring the picture to the card if it has it not, then put it into our program."""
        check_frame(frame, self.capabilities)
        png = png_of(frame)
        self._in_session(lambda session: self._show(session, name_of(png), png))

    def blank(self) -> None:
        """Switch the LEDs off; the next picture switches them on again."""
        self._is_on = False
        self._in_session(lambda session: session.order("CloseScreen"))

    def set_brightness(self, level: Percent) -> None:
        """Set a fixed brightness; the card takes 1 to 100 %."""
        parts = (
            node("mode", value="default"),
            node("default", value=max(_DARKEST, level)),
            # All four must be there, or a card calls the order unreadable.
            node("ploy"),
            node("sensor", min=_DARKEST, max=_HUNDRED, time=5),
        )
        self._in_session(lambda session: session.order("SetLuminancePloy", *parts))

    def set_clock(self, local: datetime) -> None:
        """Set the card's clock to a wall-clock time, in the time zone it has."""
        self._in_session(lambda session: _set_clock(session, local))

    def status(self) -> Status:
        """Ask the card what it is, how bright, and what time it has."""
        try:
            return self._in_session(lambda session: _status(session, self._site))
        except DriverError as exc:
            return Status(ok=False, detail=str(exc))

    def close(self) -> None:
        """Give the connection back."""
        self._link.close()

    def _in_session(self, act: Callable[[Session], T]) -> T:
        """Do something in a session; begin a new one, once, when the card has dropped the old."""
        try:
            if self._session is not None:
                try:
                    return act(self._session)
                except SessionLost:
                    self._forget()
            self._session = Session(self._link, lambda: REPLY_TIMEOUT_S)
            return act(self._session)
        except DriverError:
            # The card may have lost its memory, or be another one: believe nothing.
            self._session = None
            self._forget()
            raise

    def _forget(self) -> None:
        self._shown: str | None = None
        """The file that our program shows; None = who knows."""
        self._held: list[str] | None = None
        """Our files on the card, the one on show last; None = not asked yet."""
        self._strangers: list[str] = []
        """Programs that are not ours."""
        self._is_on = False
        """Whether the LEDs were switched on since this driver or its trouble began."""

    def _show(self, session: Session, name: str, png: bytes) -> None:
        if self._held is None or not _plays_ours(session):
            self._look(session)
        if name != self._shown:
            self._make_room(session, name)
            session.send_file(name, png)
            self._put(session, program.program_with(name, self._site.geometry))
            self._shown = name
        if not self._is_on:
            session.order("OpenScreen")
            self._is_on = True

    def _look(self, session: Session) -> None:
        """Ask what the card holds: others may have been here, or we ourselves in another life."""
        self._shown = None
        programs = list(session.query("GetProgram").body.every("program"))
        files = session.query("GetFiles").body.every("file")
        ours = [one for one in programs if one.get("guid") == program.GUID]
        shown = ours[0].first("file").get("name") if ours else ""
        names = [one.get("name") for one in files if one.get("name").startswith(PREFIX)]
        self._held = sorted(names, key=lambda name: name == shown)
        self._strangers = [one.get("guid") for one in programs if one not in ours]

    def _put(self, session: Session, ours: Node) -> None:
        """Let the card play our program and nothing else."""
        if session.attempt("UpdateProgram", ours).result != SUCCESS:
            session.order("AddProgram", program.screen_with(ours))
        while self._strangers:
            session.order("DeleteProgram", node("program", guid=self._strangers[-1], type="normal"))
            self._strangers.pop()

    def _make_room(self, session: Session, name: str) -> None:
        """Let the card forget our oldest pictures; never the one on show, which is the last."""
        held = [each for each in self._held or [] if each != name]
        old, kept = held[: 1 - KEPT_PICTURES], held[1 - KEPT_PICTURES :]
        if old:
            files = [node("file", name=each) for each in old]
            session.order("DeleteFiles", node("files", *files))
        self._held = [*kept, name]


def _plays_ours(session: Session) -> bool:
    """Ask what is on: it costs little, and proves that the session and our program stand."""
    playing = session.attempt("GetCurrentPlayProgramGUID")
    return playing.body.first("program").get("guid") == program.GUID


def _set_clock(session: Session, local: datetime) -> None:
    zone = session.query("GetTimeInfo").body.first("timezone").get("value")
    if not zone:
        raise PeerWireError("huidu", "a card without a time zone")
    session.order(
        "SetTimeInfo",
        node("timezone", value=zone),
        node("summer", enable="false"),
        node("sync", value="none"),
        node("time", value=local.strftime(_CLOCK)),
    )


def _status(session: Session, site: Site) -> Status:
    info = session.query("GetDeviceInfo").body
    light = session.attempt("GetLuminancePloy").body
    time = session.attempt("GetTimeInfo").body
    playing = session.attempt("GetCurrentPlayProgramGUID").body
    screen = info.first("screen")
    size = f"{screen.get('width')}x{screen.get('height')}"
    faults = () if size == str(site.geometry) else (f"the card is set to {size} LEDs",)
    fixed = light.first("mode").get("value") == "default"
    return Status(
        ok=True,
        detail=info.first("version").get("app"),
        showing=playing.first("program").get("guid") or None,
        model=_model(info.first("device").get("model")),
        brightness=_percent(light.first("default").get("value")) if fixed else None,
        local=_time(time.first("time").get("value")),
        faults=faults,
    )


def _model(name: str) -> str:
    return f"Huidu {name}".strip()


def _percent(text: str) -> Percent | None:
    return (
        Percent(int(text)) if text.isascii() and text.isdigit() and int(text) <= _HUNDRED else None
    )


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _CLOCK)  # noqa: DTZ007 -- a card's wall clock
    except ValueError:
        return None


def probe(link: ByteLink, site: Site) -> Status | None:
    """Greet a card and ask what it is; None when nobody answers in this dialect."""
    try:
        return _status(Session(link, lambda: REPLY_TIMEOUT_S), site)
    except DriverError:
        return None


DIALECT: Final = Dialect(
    name="huidu",
    title="Huidu full-colour cards (HD-A, HD-B, HD-C, HD-WF)",
    carriers=(Carrier.TCP,),
    depths=(Depth.RGB, Depth.MONO),
    ip_port=10001,
    open=Huidu,
    probe=probe,
)
