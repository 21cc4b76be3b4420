"""A signal ends a face calmly, and one that is stuck hard, after what it alone had was saved."""

import signal
import subprocess
import sys

STUCK = """
import os, signal, threading, time
from orgwizard.system import shutdown as signals
signals.SCREEN_SECONDS = 0.05
idle = threading.Event()
idle.set()
with signals.Watch(lambda: None, idle, lambda code: None, reset=b"", rescue=RESCUE)():
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)
"""


def stuck(rescue: str) -> "subprocess.CompletedProcess[str]":
    script = STUCK.replace("RESCUE", rescue)
    return subprocess.run(
        [sys.executable, "-c", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_what_a_stuck_face_has_is_saved_before_the_end() -> None:
    ended = stuck('lambda: os.write(1, b"saved")')
    assert (ended.returncode, ended.stdout) == (128 + signal.SIGTERM, "saved")


def test_a_rescue_that_fails_does_not_keep_the_program_from_its_end() -> None:
    assert stuck("lambda: 1 / 0").returncode == 128 + signal.SIGTERM
