"""Time rules over REST: in words, without an end, and as calendar files both ways."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from ical.calendar_stream import IcsCalendarStream
from serving import serving

from playlists.schedule import instant

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("máy chủ")
    (folder / "lich.txt").write_text("buổi chợ (market) = 04:30-05:30\n", "utf-8")
    with serving(folder) as (controller, port):
        token = controller.access.create_token("Lan", may_approve_alone=True)
        headers = {"Authorization": f"Bearer {token}"}
        url = f"http://127.0.0.1:{port}/api/v1"
        with httpx.Client(base_url=url, timeout=20, headers=headers) as client:
            yield client


def broadcast(client, rule, target="device:bang-1", text="Chợ Hôm họp"):
    message = client.post("/messages", json={"text": text}).json()
    content = {"kind": "message", "id": message["id"]}
    body = {"content": content, "targets": [target], "rule": rule}
    return client.post("/broadcasts", json=body)


def test_a_rule_is_said_before_it_is_used(client):
    rule = {"times": {"part": "chợ"}, "rrule": "FREQ=WEEKLY;BYDAY=SA,SU", "holidays": "except"}
    told = client.post("/rules/describe", params={"area": "phuong"}, json=rule).json()
    assert told["said"]["vi"] == (
        "Thứ Bảy và Chủ nhật, buổi chợ (04:30–05:30), trừ ngày lễ, đến khi dừng"
    )
    assert all(at.endswith("T04:30:00+07:00") for at in told["next"])
    assert len(told["next"]) == 5
    refused = client.post("/rules/describe", json={"times": {"part": "khuya"}})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-part")
    assert "chợ" in refused.json()["detail"]
    gone = client.post("/rules/describe", params={"area": "x"}, json=rule)
    assert gone.status_code == 404


def test_until_further_notice_from_request_to_plan_and_calendar(client):
    rule = {"start": "2026-11-20T06:00", "duration_s": 600, "rrule": "FREQ=DAILY"}
    made = broadcast(client, rule).json()
    assert made["said"]["en"].endswith("until further notice")
    assert made["rule"]["rrule"] == "FREQ=DAILY"
    assert "khi dừng" in client.get(f"/broadcasts/{made['id']}").json()["said"]["vi"]
    since = datetime.now(UTC) + timedelta(days=3_000)
    window = {"from": instant.to_text(since), "to": instant.to_text(since + timedelta(days=2))}
    slots = client.get("/devices/bang-1/timeline", params=window).json()["items"]
    assert [slot["broadcast"] for slot in slots] == [made["id"]] * 2
    answer = client.get("/devices/bang-1/timeline.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = IcsCalendarStream.calendar_from_ics(answer.text)
    (event,) = [one for one in calendar.events if one.uid == made["id"]]
    assert event.summary == "Chợ Hôm họp"
    assert str(event.rrule.as_rrule_str()) == "FREQ=DAILY"
    assert client.post(f"/broadcasts/{made['id']}/cancel").status_code == 200
    assert made["id"] not in client.get("/devices/bang-1/timeline.ics").text


def test_an_area_as_a_calendar_is_read_back(client):
    rule = {"start": "2026-12-01", "times": {"sun": "sunset", "offset_min": -10}, "duration_s": 600,
            "last_day": "2027-12-31", "holidays": "except"}  # fmt: skip
    made = broadcast(client, rule, target="area:quan").json()
    everything = client.get("/areas/quan/timeline.ics").content
    file = {"file": ("lich.ics", everything, "text/calendar")}
    items = client.post("/calendars/read", files=file, data={"area": "quan"}).json()["items"]
    same = [item for item in items if item["uid"].startswith(made["id"])]
    assert [item["rule"]["tz"] for item in same] == ["Asia/Ho_Chi_Minh", "Europe/Berlin"]
    assert same[0]["rule"]["times"]["sun"] == "sunset"
    assert "10 phút trước khi mặt trời lặn" in same[0]["said"]["vi"]
    assert same[0]["problem"] is None
    again = client.post("/rules/describe", json=same[0]["rule"]).json()
    assert again["said"]["vi"].startswith("Hằng ngày, 10 phút trước khi mặt trời lặn")
    assert client.get("/areas/x/timeline.ics").status_code == 404
    assert client.get("/devices/x/timeline.ics").status_code == 404
    wide = client.get("/areas/quan/timeline.ics", params={"to": "2099-01-01T00:00:00Z"})
    assert (wide.status_code, wide.json()["code"]) == (422, "window-too-long")


def test_a_calendar_is_read_event_by_event_and_nothing_is_kept(client):
    before = client.get("/broadcasts").json()
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:{uid}\r\n{lines}\r\nEND:VEVENT\r\n"
        for uid, lines in {
            "tốt": "DTSTART:20991125T170000Z\r\nRRULE:FREQ=DAILY",
            "hằng tuần": "DTSTART:20251125T170000\r\nDURATION:PT15M\r\nRRULE:FREQ=WEEKLY",
            "nổ": "DTSTART:20251125T170000\r\nRRULE:FREQ=SECONDLY",
            "xưa": "DTSTART:20201125T170000",
        }.items()
    )
    data = f"{HEAD}{events}END:VCALENDAR\r\n".encode()
    file = {"file": ("lich.ics", data, "text/calendar")}
    items = client.post("/calendars/read", files=file).json()["items"]
    codes = {item["uid"]: item["problem"] and item["problem"]["code"] for item in items}
    assert codes == {"tốt": "too-far-ahead", "hằng tuần": None, "nổ": "exploding-rrule",
                     "xưa": "in-the-past"}  # fmt: skip
    assert items[1]["said"]["vi"].startswith("Thứ Ba, 17:00–17:15")
    assert client.get("/broadcasts").json() == before
    nonsense = client.post("/calendars/read", files={"file": ("x.ics", b"hello")})
    assert (nonsense.status_code, nonsense.json()["code"]) == (422, "not-a-calendar")
    large = client.post("/calendars/read", files={"file": ("x.ics", b"x" * (3 << 20))})
    assert (large.status_code, large.json()["code"]) == (422, "calendar-too-large")
