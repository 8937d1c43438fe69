"""A bar on the terminal for long work: which step, for which time, and how much of it is done."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from playlists.audio.progress import Step, Tell, Turns, untold

WORDS: Final[Mapping[Step, str]] = {
    Step.WAIT: "waiting for other work",
    Step.SPEAK: "speaking",
    Step.DECODE: "decoding",
    Step.LEVEL: "levelling",
    Step.MIX: "mixing",
    Step.ENCODE: "encoding",
    Step.CHECK: "checking what was encoded",
}


@contextmanager
def bar() -> Iterator[Tell]:
    """Show how far work is while it is done, if somebody looks; it is gone afterwards."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield untold
        return
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as shown:
        task, turns = shown.add_task("", total=1.0), Turns()

        def tell(step: Step, done: float) -> None:
            turn = turns.count(step, done)
            again = f", pass {turn}" if turn > 1 else ""
            words = f"{WORDS[step]}{again}"
            shown.update(task, description=words, completed=done, refresh=not done)

        yield tell
