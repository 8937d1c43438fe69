"""Data use over REST, as a table for spreadsheets, and on its page of the console."""

import csv
from dataclasses import replace
from io import StringIO

import httpx
import pytest
from district_of_five import speaker
from serving import serving

from api.console.datause import megabytes
from controller.datause import Cause

FILE = "cd" * 32


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("máy chủ")) as (controller, port):
        formula = replace(speaker("loa-3", "phuong"), name="=1+1")
        controller.district.enrol(formula, thin=False)
        clients = [
            httpx.Client(
                base_url=f"http://127.0.0.1:{port}",
                headers={"Authorization": f"Bearer {token}"},
                timeout=20,
            )
            for token in (
                controller.access.create_token("Lan", may_approve_alone=True),
                controller.access.create_token("Minh", may_approve_alone=False),
            )
        ]
        transfer = controller.meter.transfer("loa-2", FILE)
        transfer.begin(0)
        transfer.sent(123_456_789)
        with clients[0] as chief, clients[1] as clerk:
            yield chief, clerk


def test_one_device(served):
    _, clerk = served
    use = clerk.get("/api/v1/devices/loa-2/data-use").json()
    assert (use["device"], use["area"]) == ("loa-2", "phuong")
    assert use["used_bytes"] > 123_456_789
    assert use["total_bytes"] == use["used_bytes"] + use["expected_bytes"]
    assert [one["cause"] for one in use["causes"]] == [cause.value for cause in Cause]
    for name in ("used_bytes", "expected_bytes"):
        assert use[name] == sum(one[name] for one in use["causes"])
    assert use["files"][0]["sha256"] == FILE
    assert (use["allowance_bytes"], use["share_pct"]) == (None, None)
    month = clerk.get("/api/v1/devices/loa-2/data-use", params={"month": "2028-02"})
    assert month.status_code == 422
    november = clerk.get("/api/v1/devices/loa-2/data-use", params={"month": "2025-11"}).json()
    assert (november["from"], november["to"]) == (
        "2025-10-31T17:00:00.000Z",
        "2025-11-30T17:00:00.000Z",
    )
    assert november["total_bytes"] == 0


def test_all_devices_and_the_table(served):
    _, clerk = served
    listed = clerk.get("/api/v1/data-use").json()["items"]
    assert listed[0]["device"] == "loa-2"
    assert len(listed) == 6
    here = clerk.get("/api/v1/data-use", params={"area": "phuong"}).json()["items"]
    assert {one["device"] for one in here} == {"bang-2", "loa-2", "loa-3"}
    answer = clerk.get("/api/v1/data-use.csv", params={"area": "phuong"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf"), "spreadsheets know it as UTF-8"
    table = [*csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))]
    assert [line["device"] for line in table] == [one["device"] for one in here]
    for line, one in zip(table, here, strict=True):
        total_bytes = int(line["total_bytes"])
        assert total_bytes == pytest.approx(one["total_bytes"], abs=5_000), "time goes on"
        assert total_bytes == sum(int(line[f"{cause}_bytes"]) for cause in Cause)
    assert {line["name"] for line in table} >= {"'=1+1"}, "no formula"


def test_an_allowance(served):
    chief, clerk = served
    where = "/api/v1/areas/phuong/data-allowance"
    assert chief.put(where, json={"mb_per_month": 100}).json() == {
        "area": "phuong",
        "mb_per_month": 100,
    }
    assert clerk.get("/api/v1/devices/loa-2/data-use").json()["share_pct"] > 100
    refused = clerk.put(where, json={"mb_per_month": 100})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    page = clerk.get("/data-use")
    assert page.status_code == 200
    assert "sẽ vượt" in page.text
    assert chief.put(where, json={"mb_per_month": None}).json()["mb_per_month"] is None


@pytest.mark.parametrize(
    ("how", "path", "body", "status", "code"),
    [
        ("GET", "/devices/nobody/data-use", None, 404, "not-found"),
        ("GET", "/devices/loa-2/data-use?month=11-2026", None, 422, "bad-month"),
        ("GET", "/data-use?month=2026-13", None, 422, "bad-month"),
        ("GET", "/data-use?area=xa", None, 404, "not-found"),
        ("GET", "/data-use.csv?month=9999-12", None, 422, "bad-month"),
        ("GET", f"/data-use?month={'1' * 50}", None, 422, "bad-request"),
        ("PUT", "/areas/xa/data-allowance", {"mb_per_month": 5}, 404, "not-found"),
        ("PUT", "/areas/quan/data-allowance", {"mb_per_month": 0}, 422, "invalid"),
        ("PUT", "/areas/quan/data-allowance", {"mb_per_month": 10**400}, 422, "invalid"),
        ("PUT", "/areas/quan/data-allowance", {}, 422, "bad-request"),
    ],
)
def test_what_cannot_be_told_is_refused_in_two_languages(served, how, path, body, status, code):
    chief, _ = served
    problem = chief.request(how, f"/api/v1{path}", json=body)
    assert (problem.status_code, problem.json()["code"]) == (status, code)
    told = problem.json()
    assert told["detail"] != told["detail_en"]


def test_the_page_asks_who_comes_and_says_what_is_wrong(served):
    _, clerk = served
    url = str(clerk.base_url)
    assert httpx.get(f"{url}/data-use").status_code == 401
    wrong = clerk.get("/data-use", params={"month": "<b>"})
    assert wrong.status_code == 422
    assert "&lt;b&gt;" in wrong.text
    assert "Hãy ghi năm rồi tháng" in wrong.text
    assert clerk.get("/data-use", params={"area": "xa"}).status_code == 422
    assert "2025-11" in clerk.get("/data-use", params={"month": "2025-11"}).text
    empty = clerk.get("/data-use", params={"month": "", "area": "berlin"})
    assert 'data-device="bang-3"' in empty.text
    assert 'data-device="loa-2"' not in empty.text


@pytest.mark.parametrize(
    ("size_bytes", "told"),
    [(0, "0,0 MB"), (12_345_678, "12,3 MB"), (1_234_567_890, "1.234,6 MB")],
)
def test_megabytes_are_spelt_as_here(size_bytes, told):
    assert megabytes(size_bytes) == told
