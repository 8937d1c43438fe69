"""The store: one reader's or one writer's view of the database at a time.

SQLite in WAL mode: many readers, one writer; a commit is on the disk when it returns
(synchronous=FULL), so `kill -9` after an answer loses nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_MS: Final = 10_000
"""How long one writer waits for another before giving up."""
HEAD: Final = "0017"
"""The newest revision in `migrations`; a test keeps it true."""


Tx = Connection
"""A transaction, as every function of this room takes it."""


class Store:
    """An open database, at the newest schema."""

    def __init__(self, database: Path) -> None:
        self._engine = create_engine(f"sqlite:///{database}")
        event.listen(self._engine, "connect", _configure)
        event.listen(self._engine, "begin", _begin)
        self._listeners: list[Callable[[], None]] = []
        self._migrate()

    def close(self) -> None:
        """Give every connection back."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read from one consistent snapshot."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Write in one transaction: all of it is on the disk on leaving, or nothing is."""
        connection = self._engine.connect().execution_options(writes=True)
        with connection, connection.begin():
            yield connection
        for tell in self._listeners:
            tell()

    def on_commit(self, tell: Callable[[], None]) -> None:
        """Call `tell` after every write, in the writer's thread."""
        self._listeners.append(tell)

    def check(self) -> None:
        """Raise unless the database answers."""
        with self.read() as tx:
            tx.execute(text("SELECT 1"))

    def _migrate(self) -> None:
        with self._engine.connect() as connection:
            known = inspect(connection).has_table("alembic_version")
            if known and connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD:
                return
        from controller.store.migrations.upgrade import upgrade  # noqa: PLC0415 -- alembic is slow to import and rarely needed

        upgrade(self._engine)


def _configure(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A writer takes the lock at once: upgrading a reader's would fail instead of wait.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
