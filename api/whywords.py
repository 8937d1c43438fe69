"""What explanations say, in Vietnamese and in English: the one place where codes become words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from controller.conflicts import Conflict, Found, Kind
from controller.explain import Explained, Gap, Said, Withheld
from controller.model import BroadcastState
from controller.reach import Hold, Lag, Laggard, Reached
from playlists.schedule.explain import Judged, Reason, Standing
from playlists.schedule.plan import BroadcastClass

MAX_TITLE_CHARS: Final = 60
CLASSES: Final[Mapping[BroadcastClass, tuple[str, str]]] = {
    BroadcastClass.NORMAL: ("thông thường", "normal"),
    BroadcastClass.PRIORITY: ("ưu tiên", "priority"),
    BroadcastClass.EMERGENCY: ("khẩn cấp", "emergency"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence in two languages."""

    vi: str
    en: str

    @classmethod
    def of(cls, template: tuple[str, str], facts: tuple[Mapping[str, object], ...] = ()) -> "Told":
        """Fill a template in both languages; two sets of facts when they differ by language."""
        vi, en = (facts * 2)[:2] if facts else ({}, {})
        return cls(template[0].format_map(vi), template[1].format_map(en))


REASONS: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.ALONE: ("lúc này không có lịch nào khác được phát", "nothing else may be on then"),
    Reason.STRONGEST: (
        "mạnh nhất lúc này: loại {class_}, mức ưu tiên {priority}",
        "it is the strongest: {class_}, priority {priority}",
    ),
    Reason.ROTATION: (
        "hiện luân phiên với các lịch ngang hàng, mỗi lịch {share} thời gian",
        "it takes turns with its equals, {share} of the time each",
    ),
    Reason.WEAKER_CLASS: (
        "nhường “{other}”: loại {other_class} mạnh hơn loại {class_}",
        "“{other}” is on: {other_class} beats {class_}",
    ),
    Reason.LOWER_PRIORITY: (
        "nhường “{other}”: mức ưu tiên {other_priority} cao hơn {priority}",
        "“{other}” is on: priority {other_priority} beats {priority}",
    ),
    Reason.LATER_IN_ORDER: (
        "nhường “{other}”: được xếp trước trong thứ tự của khu vực",
        "“{other}” is on: the area's order puts it first",
    ),
    Reason.CAME_LATER: (
        "nhường “{other}”: ngang nhau thì lịch bắt đầu trước được phát",
        "“{other}” is on: of equals the first to come",
    ),
    Reason.OLDER_EMERGENCY: (
        "nhường “{other}”: trong các tin khẩn cấp ngang nhau, tin mới nhất được phát",
        "“{other}” is on: of equal emergencies the latest",
    ),
    Reason.OUT_OF_HOURS: (
        "ngoài giờ được phát theo quy định “{rule}”",
        "outside the allowed hours of “{rule}”",
    ),
    Reason.OVER: ("đã phát xong", "it is over already"),
    Reason.IN_ZONE: (
        "chỉ phát khi xe đi qua vùng {zones}",
        "only while the truck passes through {zones}",
    ),
    Reason.NO_FILE: ("thiết bị chưa tải được tệp", "the device has not got its file"),
}
WITHHELD: Final[Mapping[BroadcastState, tuple[str, str]]] = {
    BroadcastState.DRAFT: ("còn là bản nháp", "it is a draft"),
    BroadcastState.SUBMITTED: ("chưa được duyệt", "nobody has approved it yet"),
    BroadcastState.REJECTED: ("đã bị trả lại", "it was rejected"),
    BroadcastState.CANCELLED: ("đã hủy", "it was cancelled"),
}
STANDINGS: Final[Mapping[Standing, tuple[str, str]]] = {
    Standing.NOTHING: ("không có lịch phát nào", "nothing is planned"),
    Standing.HELD_BACK: (
        "có lịch nhưng không lịch nào được phát",
        "something is planned, but none of it may be on",
    ),
    Standing.NOT_YET: ("kế hoạch chưa có hiệu lực", "the plan is not valid yet"),
    Standing.LEASE_ENDED: ("kế hoạch đã hết hạn", "the plan's lease has ended"),
}
GAPS: Final[Mapping[Gap, tuple[str, str]]] = {
    Gap.AGREES: ("Thiết bị báo đang làm đúng như vậy.", "The device says that it does just that."),
    Gap.NEVER_HEARD: (
        "Thiết bị chưa báo về lần nào. Hãy kiểm tra nguồn điện và mạng tại chỗ.",
        "The device has never reported. Check its power and network.",
    ),
    Gap.OFFLINE: (
        "Thiết bị mất liên lạc, lần báo cuối lúc {since}; nó tự phát theo kế hoạch bản {version}.",
        "The device is out of reach, last heard of at {since}; it goes on by plan {version}.",
    ),
    Gap.FAULT: ("Thiết bị báo lỗi: {fault}.", "The device reports a fault: {fault}."),
    Gap.REFUSED_PLAN: (
        "Thiết bị từ chối kế hoạch mới ({reason}) nên còn theo kế hoạch bản {version}.",
        "The device refused the new plan ({reason}) and goes on by plan {version}.",
    ),
    Gap.LOADING: (
        "Thiết bị đang tải tệp: có {ready} trên {total}.",
        "The device fetches files: {ready} of {total} are there.",
    ),
    Gap.OLDER_PLAN: (
        "Thiết bị đang theo kế hoạch bản {version}, chưa nhận bản {desired}.",
        "The device goes by plan {version} and has not got plan {desired} yet.",
    ),
    Gap.SETTLING: (
        "Lịch vừa đổi, thiết bị đang chuyển. Hãy xem lại sau vài giây.",
        "The plan has just changed and the device follows. Look again in a few seconds.",
    ),
    Gap.DIFFERS: (
        "Thiết bị báo khác kế hoạch mà không rõ vì sao: {why}. Hãy kiểm tra tại chỗ.",
        "The device says something else and nobody knows why: {why}. Look at it on site.",
    ),
}
LAGS: Final[Mapping[Lag, tuple[str, str]]] = {
    Lag.NEVER_HEARD: ("chưa báo về lần nào", "never reported"),
    Lag.OFFLINE: ("mất liên lạc từ {since}", "out of reach since {since}"),
    Lag.REFUSED: ("từ chối kế hoạch: {reason}", "refused the plan: {reason}"),
    Lag.LOADING: ("đang tải tệp, có {ready} trên {total}", "fetches files, {ready} of {total}"),
    Lag.SILENT: ("chưa trả lời từ {since}", "has not answered since {since}"),
}


def clock_time(at: datetime, tz: str, now: datetime) -> str:
    """Spell an instant as people there do; the day is told when it is not today."""
    local, today = at.astimezone(ZoneInfo(tz)), now.astimezone(ZoneInfo(tz)).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%H:%M %d/%m/%Y}"


def title(explained: Explained, broadcast: str) -> str:
    """Return what a broadcast is called, cut where a sentence would not hold it."""
    return _short(explained.titles.get(broadcast, broadcast))


def why(explained: Explained, judged: Judged) -> Told:
    """Say why an item is on or not."""
    other = judged.against
    facts = [
        {
            "class_": CLASSES[judged.item.broadcast_class][language],
            "priority": judged.item.priority,
            "share": f"{judged.share:.0%}",
            "rule": judged.rule,
            "zones": ", ".join(judged.item.zones),
            "other": "" if other is None else title(explained, other.broadcast),
            "other_class": "" if other is None else CLASSES[other.broadcast_class][language],
            "other_priority": "" if other is None else other.priority,
        }
        for language in (0, 1)
    ]
    return Told.of(REASONS[judged.reason], tuple(facts))


def withheld(one: Withheld) -> Told:
    """Say why something is in no plan."""
    return Told.of(WITHHELD[one.state])


def answer(explained: Explained) -> Told:
    """Say in a sentence what is on, and why."""
    at = clock_time(explained.at, explained.tz, explained.now)
    on = explained.explanation.on
    if not on:
        told = Told.of(STANDINGS[explained.explanation.standing])
        return Told(f"Lúc {at}: {told.vi}.", f"At {at}: {told.en}.")
    names = "”, “".join(dict.fromkeys(title(explained, one.item.broadcast) for one in on))
    told = why(explained, on[0])
    return Told(
        f"Lúc {at} phát “{names}”, vì {told.vi}.", f"At {at} “{names}” is on, because {told.en}."
    )


def gap(explained: Explained, said: Said) -> Told:
    """Say how a device's own words stand to its plan."""
    state, follower = said.state, said.follower
    facts = {
        "since": _since(None if state is None else state.at, explained.tz, explained.now),
        "version": follower.confirmed_version,
        "desired": follower.desired_version,
        "fault": "" if state is None else state.fault,
        "why": "" if state is None else state.why,
        "reason": follower.reason,
        "ready": follower.assets_ready,
        "total": follower.assets_total,
    }
    return Told.of(GAPS[said.gap], (facts,))


def lag(laggard: Laggard, tz: str, now: datetime) -> Told:
    """Say why a device lags behind."""
    facts = {
        "since": _since(laggard.since, tz, now),
        "reason": laggard.follower.reason,
        "ready": laggard.follower.assets_ready,
        "total": laggard.follower.assets_total,
    }
    return Told.of(LAGS[laggard.lag], (facts,))


def reach(reached: Reached, tz: str) -> Told:
    """Sum up who still shows, or may show, what was taken off."""
    parts = [part for part in (_counted(reached, hold, tz) for hold in Hold) if part is not None]
    parts.sort(key=lambda part: part[0])
    vi, en = ("; ".join(told) for told in zip(*(part[1:] for part in parts), strict=True))
    return Told(f"{vi}.", f"{en}.")


_COUNTED: Final[Mapping[Hold, tuple[int, str, str]]] = {
    Hold.GONE: (0, "{count} thiết bị đã tắt", "{count} devices do not show it"),
    Hold.SHOWING: (1, "{count} thiết bị báo còn hiện", "{count} devices say that they show it"),
    Hold.MAY_SHOW: (
        2,
        "{count} thiết bị chưa xác nhận, có thể còn hiện đến {until}",
        "{count} devices have not confirmed and may show it until {until}",
    ),
}


def _counted(reached: Reached, hold: Hold, tz: str) -> tuple[int, str, str] | None:
    those = reached.those(hold)
    if not those and hold is not Hold.GONE:
        return None
    last = max((one.until for one in those if one.until is not None), default=None)
    place, vi, en = _COUNTED[hold]
    facts = {"count": len(those), "until": _since(last, tz, reached.at)}
    return place, vi.format_map(facts), en.format_map(facts)


def _since(at: datetime | None, tz: str, now: datetime) -> str:
    return "—" if at is None else clock_time(at, tz, now)


CONFLICTS: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.OVERLAP: (
        "{device}: trùng giờ với “{other}” {count} lần, lần đầu {start}. Loa chỉ phát một bài.",
        "{device}: meets “{other}” {count} times, first at {start}. A loudspeaker plays one thing.",
    ),
    Kind.SHADOWED: (
        "{device}: bị “{other}” mạnh hơn che {part}, từ {start} đến {end}.",
        "{device}: the stronger “{other}” is on for {part} of it, from {start} to {end}.",
    ),
    Kind.OUT_OF_HOURS: (
        "{device}: {count} lần ngoài giờ của quy định “{rule}”, lần đầu {start}.",
        "{device}: {count} times outside the hours of “{rule}”, first at {start}.",
    ),
    Kind.TEXT_TOO_LONG: (
        "{device}: tin dài hơn bảng nên phải chạy hoặc chia trang. Có thể rút ngắn.",
        "{device}: the text is longer than the board; it moves or is divided. It could be shorter.",
    ),
    Kind.BOARD_TOO_SMALL: (
        "{device}: bảng quá nhỏ, không hiện được tin này. Hãy chọn chữ nhỏ hơn hoặc bỏ bảng này.",
        "{device}: the board is too small for this. Choose smaller letters, or leave it out.",
    ),
    Kind.MISSING_ASSET: (
        "{device}: tệp cần phát không còn trên máy chủ. Hãy sửa lịch và lưu lại để tạo tệp mới.",
        "{device}: its file is gone from the server. Edit and save the broadcast to make it anew.",
    ),
    Kind.OFFLINE: (
        "{device}: mất liên lạc từ {start}, có thể không nhận được lịch này.",
        "{device}: out of reach since {start}; it may not get this.",
    ),
    Kind.NEVER_CONFIRMED: (
        "{device}: chưa xác nhận kế hoạch nào. Hãy kiểm tra thiết bị trước khi duyệt.",
        "{device}: never confirmed a plan. Check it before you approve.",
    ),
}


def conflict(one: Conflict, found: Found, tz: str) -> Told:
    """Say what is in the way on a device."""
    parts = ("toàn bộ thời gian", "all") if one.whole else ("một phần thời gian", "part")
    other = "" if one.other is None else _short(found.titles.get(one.other, one.other))
    facts = [
        {
            "device": one.device,
            "other": other,
            "count": one.count,
            "start": _since(one.start, tz, found.now),
            "end": _since(one.end, tz, found.now),
            "part": part,
            "rule": one.rule,
        }
        for part in parts
    ]
    return Told.of(CONFLICTS[one.kind], tuple(facts))


def _short(text: str) -> str:
    found = " ".join(text.split())
    return found if len(found) <= MAX_TITLE_CHARS else f"{found[: MAX_TITLE_CHARS - 1]}…"
