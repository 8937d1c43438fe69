"""Reports and the feed over HTTP: JSON, CSV, a workbook and a page read back, a feed by readers."""

import csv
import io
from datetime import UTC, date, datetime

import feedparser
import httpx
import openpyxl
import pytest
from drafts import CHIEF, draft
from serving import serving

from controller.model import RuleDraft
from controller.store import proof
from firmware_bridge.link.messages import AsRun, EndReason
from playlists.schedule import instant

EVIL = '=HYPERLINK("http://x";"bấm")'


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("báo cáo")) as (controller, port):
        token = controller.access.create_token("Lan", may_approve_alone=True)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield controller, client, {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def played(served):
    """A broadcast of an hour that one of two boards showed, and says so."""
    controller, _, _ = served
    rule = RuleDraft(duration_s=3_600)
    text = "[blink]Họp tổ dân phố[/blink] 19h30\ntại nhà văn hóa"
    wish = draft(controller, "device:bang-1", "device:bang-2", text=text, rule=rule, campaign=EVIL)
    made = controller.broadcasts.create(wish, CHIEF)
    entry = AsRun(
        seq=1,
        broadcast=made.id,
        occurrence=f"{made.id}@{instant.to_text(made.first_start)}",
        asset="0" * 64,
        planned_at=made.first_start,
        started_at=made.first_start,
        ended_at=datetime.now(UTC),
        end_reason=EndReason.INTERRUPTED,
    )
    with controller.store.write() as tx:
        proof.add_asrun(tx, "bang-1", entry)
    return made


def asked(served, path, **params):
    _, client, chief = served
    answer = client.get(path, params=params, headers=chief)
    assert answer.status_code == 200, answer.text
    return answer


def test_a_report_as_json_csv_and_workbook_says_the_same(served, played):
    report = asked(served, "/api/v1/reports/airings", group="campaign").json()
    (line,) = report["items"]
    assert (line["name"], line["devices"], line["ongoing"]) == (EVIL, 2, 2)
    assert report["total"]["ongoing"] == 2
    text = asked(served, "/api/v1/reports/airings.csv", group="campaign").content
    assert text.startswith(b"\xef\xbb\xbf")
    head, row = csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";")
    assert row[1] == f"'{EVIL}", "no spreadsheet runs it"
    book = asked(served, "/api/v1/reports/airings.xlsx", group="campaign").content
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    heads, cells = ([cell.value for cell in line] for line in sheet.rows)
    assert heads == head
    assert cells[1] == EVIL
    assert sheet["B2"].data_type == "s", "a text, and no formula"
    assert [str(cell) for cell in cells[2:]] == row[2:]


def test_every_occurrence_is_a_line(served, played):
    text = asked(served, "/api/v1/reports/occurrences.csv", area="quan").content
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))
    assert {row[0] for row in rows[1:]} == {"bang-1", "bang-2"}
    assert {row[4] for row in rows[1:]} == {played.id}


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"month": "2026-13"}, 422),
        ({"from": "2026-11-01"}, 422),
        ({"group": "tổ"}, 422),
        ({"area": "không có"}, 404),
    ],
)
def test_what_cannot_be_reported_is_said(served, params, status):
    _, client, chief = served
    for path in ("/api/v1/reports/airings", "/api/v1/reports/airings.csv"):
        answer = client.get(path, params=params, headers=chief)
        assert answer.status_code == status
        assert answer.json()["detail"]
    if "group" not in params:
        answer = client.get("/reports/print", params=params, headers=chief)
        assert answer.status_code == status
        assert "refusal" in answer.text
    assert client.get("/reports/print", params=params).status_code in {401, 422}


def test_the_printed_page_is_an_official_paper(served, played):
    html = asked(served, "/reports/print", group="device", area="quan").text
    for part in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập – Tự do – Hạnh phúc", "bang-2"):
        assert part in html
    html = asked(served, "/reports/print", group="campaign").text
    assert "<script" not in html


# The rhythm


def test_a_quota_over_http_from_the_first_to_the_last_day(served):
    _, client, chief = served
    quota = {"name": "Gương tốt", "area": "quan", "each": True, "campaign": " tot ", "number": 2}
    quota |= {"every": "week", "deadline_day": 5, "deadline_time": "17:00", "warn_ahead_s": 86_400}
    answer = client.post("/api/v1/rhythm", json=quota, headers=chief)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert {name: made[name] for name in quota} == quota | {"campaign": "tot"}
    lines = asked(served, "/api/v1/rhythm", area="phuong").json()["items"]
    assert {line["area"] for line in lines} == {"phuong"}
    assert {line["quota"]["id"] for line in lines} == {made["id"]}
    assert (lines[0]["mark"], lines[0]["said"], lines[0]["lacking"]) == ("missing", "còn thiếu", 2)
    assert date.fromisoformat(lines[0]["deadline_on"]).isoweekday() == 5
    month = asked(served, "/api/v1/rhythm", month="2026-01").json()["items"]
    assert month == []
    path = f"/api/v1/rhythm/{made['id']}"
    assert client.delete(path, headers=chief).status_code == 204
    assert client.delete(path, headers=chief).status_code == 404
    assert asked(served, "/api/v1/rhythm").json()["items"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"deadline_time": "24:01"},
        {"deadline_day": 8},
        {"campaign": " "},
        {"number": 0},
        {"warn_ahead_s": 8 * 86_400},
        {"every": "year"},
    ],
)
def test_a_wrong_quota_is_refused_in_words(served, wrong):
    _, client, chief = served
    quota = {"name": "Tin", "area": "quan", "campaign": "tot", "every": "week", **wrong}
    answer = client.post("/api/v1/rhythm", json=quota, headers=chief)
    assert (answer.status_code, bool(answer.json()["detail"])) == (422, True)


# The feed


def test_anybody_reads_what_was_announced_and_nothing_else(served, played):
    controller, client, _ = served
    unheard = draft(controller, "device:bang-1", text="Chưa phát bao giờ")
    controller.broadcasts.create(unheard, CHIEF)
    answer = client.get("/feed/quan.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert (feed.version, feed.feed.title) == ("atom10", "Thông báo đã phát: Quận")
    (entry,) = feed.entries
    assert entry.title == "Họp tổ dân phố 19h30"
    assert entry.content[0].value == "Họp tổ dân phố 19h30\ntại nhà văn hóa"
    assert "Nơi phát: Quận." in entry.summary
    assert "Chủ tịch" not in answer.text, "no officer's name"
    assert "blink" not in answer.text


def test_a_reader_that_has_it_gets_nothing_again(served, played):
    _, client, _ = served
    first = client.get("/feed/quan.atom")
    for name, header in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")):
        again = client.get("/feed/quan.atom", headers={name: first.headers[header]})
        assert (again.status_code, again.content) == (304, b"")
    other = client.get("/feed/quan.atom", headers={"If-None-Match": '"x"'})
    assert other.content == first.content


def test_an_area_without_a_feed_has_none_and_those_below_neither(served, played):
    _, client, chief = served
    route = "/api/v1/areas/quan/feed"
    assert client.get(route, headers=chief).json()["on"] is True
    assert client.put(route, json={"on": False}, headers=chief).json()["on"] is False
    assert client.get("/feed/quan.atom").status_code == 404
    assert client.get("/feed/phuong.atom").status_code == 404
    assert client.put(route, json={"on": None}, headers=chief).json()["on"] is True
    assert client.get("/feed/quan.atom").status_code == 200
    assert client.get("/feed/xx.atom").status_code == 404
    assert client.put(route, json={"on": False}).status_code == 401
