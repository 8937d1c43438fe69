"""Bring a database to the newest schema."""

from importlib import resources

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def configuration(engine: Engine) -> Config:
    """Return Alembic's configuration for our revisions and this engine."""
    config = Config()
    folder = resources.files("controller.store.migrations")
    # Alembic reads its options with configparser, to which a percent sign is special.
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Run every revision that the database does not have yet."""
    command.upgrade(configuration(engine), "head")
