"""The store itself: migrations, settings of the engine, and death at any moment."""

import os
import random
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from district_of_five import populate
from sqlalchemy import create_engine, text
from waiting import until

from controller.bootstrap import prepare
from controller.settings import Settings
from controller.store import alarms, fitting, plans
from controller.store.migrations.upgrade import configuration
from controller.store.schema import metadata
from controller.store.store import HEAD, Store


def test_migrations_lead_to_the_schema(tmp_path):
    assert {alarms.metadata, fitting.metadata} == {metadata}, "every table is known"
    Store(tmp_path / "db").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, metadata) == []
    assert ScriptDirectory.from_config(configuration(engine)).get_heads() == [HEAD]
    engine.dispose()


def test_a_commit_is_on_the_disk_when_it_returns(tmp_path):
    store = Store(tmp_path / "db")
    with store.read() as tx:
        assert tx.scalar(text("PRAGMA journal_mode")) == "wal"
        assert tx.scalar(text("PRAGMA synchronous")) == 2
        assert tx.scalar(text("PRAGMA foreign_keys")) == 1
    store.close()


CREATOR = """
    import sys
    from pathlib import Path
    sys.path.insert(0, {support!r})
    from drafts import CHIEF, draft
    from controller.bootstrap import prepare
    from controller.model import RuleDraft
    from controller.settings import Settings
    with prepare(Settings(data_dir=Path({data!r}), tenant="thu")) as services:
        rule = RuleDraft(duration_s=86_400)
        while True:
            made = services.broadcasts.create(draft(services, "area:quan", rule=rule), CHIEF)
            print(made.id, flush=True)
"""


def test_nothing_accepted_is_lost_when_killed(tmp_path):
    data = tmp_path / "data"
    with prepare(Settings(data_dir=data, tenant="thu")) as services:
        populate(services)
    support = str(Path(__file__).resolve().parents[1] / "support")
    program = textwrap.dedent(CREATOR.format(support=support, data=str(data)))
    chance = random.Random(7)
    accepted: list[str] = []
    for _ in range(3):
        log = tmp_path / "ids"
        with log.open("wb") as out:
            child = subprocess.Popen([sys.executable, "-c", program], stdout=out)
        wanted = chance.randint(1, 8)
        until(
            lambda path=log, count=wanted: len(path.read_text("ascii").split()) >= count,
            timeout_s=30,
            why="some are accepted",
        )
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        accepted += [line for line in log.read_text("ascii").split("\n")[:-1] if line]
    with prepare(Settings(data_dir=data, tenant="thu")) as services:
        for name in accepted:
            assert services.broadcasts.get(name).id == name
        with services.store.read() as tx:
            waiting = {one.device for one in plans.outgoing(tx)}
            current = plans.current(tx, "bang-1")
        assert waiting >= {"bang-1", "bang-2", "bang-3"}
        assert all(name.encode() in current.payload for name in accepted)
