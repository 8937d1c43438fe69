"""A controller's services on a real database, under a clock turned by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from district_of_five import populate

from controller.bootstrap import Services, prepare
from controller.settings import Settings


class TurnedClock:
    """A clock that stands until somebody turns it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def services(tmp_path, clock) -> Iterator[Services]:
    with prepare(Settings(data_dir=tmp_path / "dữ liệu", tenant="thu"), clock) as services:
        populate(services)
        yield services
