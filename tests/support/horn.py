"""An IP horn that is not ours: FFmpeg, through PyAV, hears what an SDP file describes.

As a program: `horn.py SDP WAV` listens until the stream falls silent and writes down what it heard.
"""

import sys
from pathlib import Path

import av
import numpy as np
import tones

SILENT_S = 2.0


def listen(sdp: Path) -> np.ndarray:
    """Return all samples up to when nothing comes any more."""
    blocks = [np.zeros(0, np.int16)]
    options = {"protocol_whitelist": "file,udp,rtp"}
    with av.open(str(sdp), options=options, timeout=(20.0, SILENT_S)) as stream:
        resampler = av.AudioResampler("s16", "mono", tones.RATE_HZ)
        try:
            for frame in stream.decode(audio=0):
                blocks += [part.to_ndarray()[0] for part in resampler.resample(frame)]
        except (av.error.ExitError, av.error.TimeoutError, av.error.EOFError):
            pass  # the horn's own patience has ended
    return np.concatenate(blocks).astype(np.int16)


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(tones.as_wav(listen(Path(sys.argv[1]))))
