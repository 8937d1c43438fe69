"""`signcast speak`: a text as a loudspeaker would say it, as a sound file; or only its words."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import typer

from api.cli.files import wav
from api.speech import DOUBTS
from controller.errors import ControllerError
from controller.model import AnnouncementPart, AnnouncementPartDraft
from controller.settings import Settings
from controller.speech.reader import Reader
from playlists.audio import loudness
