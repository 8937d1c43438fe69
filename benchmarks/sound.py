"""How long a one-hour playlist takes to become an asset, beside Debian's ffmpeg doing the same.

Twelve MP3 clips of five minutes, unlike in level, become one Opus sound at 24 kb/s and -16 LUFS:
by the studio's cage, its own start included, and by one `ffmpeg` command (high-pass and loudnorm
for each clip, as for each of ours, then concat and libopus). The times count only when both results
are as long and as loud as each other. Ours is measured after encoding and made again if it misses
its target; the command never looks.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from controller.sound.cage import Cage
from playlists.audio import encode, loudness
from playlists.audio.decode import MAX_DURATION_S, blocks
from playlists.audio.levels import HIGH_PASS_HZ, MAX_TRUE_PEAK_DBTP, SPEECH_LUFS, Levels, SoundKind
from playlists.audio.recipe import Cue, Recipe
from playlists.audio.sound import SAMPLE_RATE_HZ, Codec, Samples

CLIPS = 12
WANTED_RATIO = 1.3
NEAR_LU = 0.5
NEAR_S = 2.0
TIMEOUT_S = 1_800


@dataclass(frozen=True)
class Result:
    """What came out, and how long it took."""

    name: str
    took_s: float
    length_s: float
    lufs: float
    peak_dbtp: float


def main() -> None:
    """Render both ways and compare."""
    wish = argparse.ArgumentParser(description=__doc__)
    wish.add_argument("--minutes", type=float, default=60.0, help="length of the playlist")
    wish.add_argument("--rounds", type=int, default=1, help="each way so often; the best counts")
    wished = wish.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        length_s = min(wished.minutes * 60, MAX_DURATION_S) / CLIPS
        clips = [clip(Path(folder), number, length_s) for number in range(CLIPS)]
        ways: dict[str, Callable[[Sequence[Path], Path], None]] = {"signcast": ours, "ffmpeg": peer}
        best: dict[str, Result] = {}
        for _ in range(wished.rounds):
            for name, way in ways.items():
                got = timed(name, way, clips, Path(folder) / f"{name}.ogg")
                best[name] = min(best.get(name, got), got, key=lambda result: result.took_s)
    show(best["signcast"], best["ffmpeg"])


def show(mine: Result, theirs: Result) -> None:
    """Print both, and leave with an error when they do not agree or we are too slow."""
    print(f"\n{CLIPS} MP3 clips, {mine.length_s / 60:.1f} min, to Opus at {SPEECH_LUFS:g} LUFS")
    print("              wall s    length s    LUFS    dBTP")
    for one in (mine, theirs):
        print(
            f"{one.name:10} {one.took_s:9.1f} {one.length_s:11.1f} {one.lufs:7.2f}"
            f" {one.peak_dbtp:7.2f}"
        )
    ratio = mine.took_s / theirs.took_s
    print(f"signcast takes {ratio:.2f} x the time of ffmpeg (wanted: at most {WANTED_RATIO})")
    if abs(mine.lufs - theirs.lufs) > NEAR_LU or abs(mine.length_s - theirs.length_s) > NEAR_S:
        sys.exit("the results do not agree, so the times mean nothing")
    if ratio > WANTED_RATIO:
        sys.exit("too slow")


def clip(folder: Path, number: int, length_s: float) -> Path:
    """Write one MP3 of something as uneven as speech, from its first sample to its last."""
    chance = np.random.default_rng(number)
    at_s = np.arange(int(length_s * SAMPLE_RATE_HZ), dtype=np.float64) / SAMPLE_RATE_HZ
    turns = np.cumsum(150 + 40 * np.sin(2 * np.pi * 0.7 * at_s)) / SAMPLE_RATE_HZ
    wave = chance.normal(0, 0.02, len(at_s))
    for partial in range(2, 16):
        wave += np.sin(2 * np.pi * (partial * turns + chance.random())) / partial
    wave *= 0.05 + np.clip(np.sin(2 * np.pi * 2.1 * at_s) + 0.5 * np.sin(2.3 * at_s), 0, None)
    # Peaks are rounded off as in a studio, or loudnorm would fall short of its target.
    wave = np.tanh(6 * wave / np.abs(wave).max())
    samples: Samples = np.rint(wave * 32_767 * 10 ** ((-3 - 2 * number) / 20)).astype(np.int16)
    path = folder / f"{number:02}.mp3"
    path.write_bytes(encode.pack(samples, Codec.MP3))
    return path


def ours(clips: Sequence[Path], out: Path) -> None:
    """Render as the controller does."""
    cues = tuple(Cue(number) for number in range(len(clips)))
    recipe = Recipe((SoundKind.SPEECH,) * len(clips), cues, levels=Levels())
    out.write_bytes(Cage().render(recipe, clips).data)


def peer(clips: Sequence[Path], out: Path) -> None:
    """Let one ffmpeg command do the same."""
    inputs = [word for path in clips for word in ("-i", str(path))]
    level = (
        f"aformat=channel_layouts=mono,highpass=f={HIGH_PASS_HZ:g},"
        f"loudnorm=I={SPEECH_LUFS:g}:TP={MAX_TRUE_PEAK_DBTP:g},"
        f"aformat=sample_rates={SAMPLE_RATE_HZ}:channel_layouts=mono"
    )
    each = "".join(f"[{number}:a]{level}[c{number}];" for number in range(len(clips)))
    ends = "".join(f"[c{number}]" for number in range(len(clips)))
    chain = f"{each}{ends}concat=n={len(clips)}:v=0:a=1[out]"
    command = ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", chain, "-map", "[out]"]
    try:
        subprocess.run(
            [*command, "-c:a", "libopus", "-b:a", "24k", str(out)], check=True, timeout=TIMEOUT_S
        )
    except FileNotFoundError:
        sys.exit("ffmpeg is missing. On Debian: apt-get install ffmpeg")


def timed(
    name: str, way: Callable[[Sequence[Path], Path], None], clips: Sequence[Path], out: Path
) -> Result:
    """Go one way with a watch in hand, then listen to what came out."""
    began = time.perf_counter()
    way(clips, out)
    took_s = time.perf_counter() - began
    length = 0

    def counted() -> Iterator[Samples]:
        nonlocal length
        for block in blocks(out.read_bytes()):
            length += len(block)
            yield block

    heard = loudness.measure_blocks(counted())
    if heard.integrated_lufs is None:
        sys.exit(f"{name} made silence")
    return Result(
        name, took_s, length / SAMPLE_RATE_HZ, heard.integrated_lufs, heard.true_peak_dbtp
    )


if __name__ == "__main__":
    main()
