"""Two persons and one broadcast: one writes, the other approves exactly that, and a board tells."""

import pytest
from waiting import until

from controller.bootstrap import prepare
from controller.settings import Settings

pytestmark = pytest.mark.e2e

BOARD = "bang-cong-chao"


@pytest.fixture(scope="module")
def clerk(district):
    """Return the headers of somebody who may not approve alone."""
    settings = Settings(data_dir=district.folder / "controller", tenant="demo")
    with prepare(settings) as services:
        token = services.access.create_token("Minh", may_approve_alone=False)
    return {"Authorization": f"Bearer {token}"}


def test_what_is_edited_goes_off_the_air_until_that_is_approved(district, clerk):
    texts = [district.post("/messages", text=text)["id"] for text in ("Bản một", "Bản hai")]

    def asked(text):
        return {
            "content": {"kind": "message", "id": text},
            "targets": [f"device:{BOARD}"],
            "rule": {"duration_s": 600},
            "priority": 99,
        }

    made = district.api.post("/broadcasts", json=asked(texts[0]), headers=clerk)
    where, first = f"/broadcasts/{made.json()['id']}", made.headers["etag"]
    assert made.json()["state"] == "submitted"
    assert district.api.post(f"{where}/approve", headers=clerk).json()["code"] == "own-work"
    district.api.post(f"{where}/approve", headers={"If-Match": first}).raise_for_status()
    until(lambda: district.shows(made.json(), BOARD), timeout_s=20, why="the board shows it")
    until(
        lambda: district.api.get(where).json()["phase"] == "on-air", timeout_s=20, why="it says so"
    )

    edited = district.api.put(where, json=asked(texts[1]), headers=clerk | {"If-Match": first})
    assert edited.json()["approval_voided"] is True
    late = district.api.put(where, json=asked(texts[0]), headers={"If-Match": first})
    assert (late.status_code, late.json()["code"]) == (412, "edited-meanwhile")
    stale = district.api.post(f"{where}/approve", headers={"If-Match": first})
    assert (stale.status_code, stale.json()["code"]) == (409, "content-changed")
    until(lambda: not district.shows(made.json(), BOARD), timeout_s=20, why="it is off the air")

    tag = {"If-Match": edited.headers["etag"]}
    district.api.post(f"{where}/approve", headers=tag).raise_for_status()
    until(lambda: district.shows(edited.json(), BOARD), timeout_s=20, why="the new text is shown")
    district.api.post(f"{where}/cancel").raise_for_status()
    assert district.api.get(where).json()["phase"] == "cancelled"
