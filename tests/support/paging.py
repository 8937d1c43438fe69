"""Play a tone to an IP horn and hear what arrived. As a program, `paging.py FOLDER URL`, for use in
a network namespace of its own, where multicast reaches nobody else."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import tones
from waiting import until

from drivers.speaker.rtp import Destination, RtpOutput, describe

BLOCK = 960


def page(folder: Path, url: str, samples: np.ndarray) -> np.ndarray:
    """Return what a horn heard while samples were played."""
    destination = Destination.parse(url)
    sdp, wav = folder / "horns.sdp", folder / "heard.wav"
    sdp.write_text(describe(destination, "loa"), "utf-8")
    program = Path(__file__).with_name("horn.py")
    path = {"PYTHONPATH": f"{program.parent}:{program.parents[2]}"}
    horn = subprocess.Popen(
        [sys.executable, str(program), str(sdp), str(wav)], env=os.environ | path
    )
    try:
        until(lambda: _is_bound(destination.port), timeout_s=20, why="the horn listens")
        play(RtpOutput(destination), samples)
        assert horn.wait(20) == 0
    finally:
        horn.kill()
        horn.wait()
    return tones.from_wav(wav.read_bytes())


def play(output: RtpOutput, samples: np.ndarray) -> None:
    output.open()
    for start in range(0, len(samples), BLOCK):
        output.write(samples[start : start + BLOCK])
    output.drain()
    output.close()


def _is_bound(port: int) -> bool:
    table = Path("/proc/net/udp").read_text("ascii").splitlines()[1:]
    return any(line.split()[1].endswith(f":{port:04X}") for line in table)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    told = tones.from_wav((where / "told.wav").read_bytes())
    page(where, sys.argv[2], told)
