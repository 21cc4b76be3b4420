import os
import sys
import threading
import time
from pathlib import Path

import pytest

from orgwizard.domain.errors import LocalFailure
from orgwizard.system import file_lock
from orgwizard.system.keyring_client import ask_keyring
from orgwizard.system.subprocesses import OUTPUT_BYTES, run

SECRET = "s3cr3t-canary"
HOLD_AND_WAIT = """
import subprocess, sys
hold = "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print(flush=True); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", hold, sys.argv[1]], stdout=subprocess.PIPE)
child.stdout.readline()
child.wait()
"""


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def test_a_program_gets_its_input_and_gives_its_output() -> None:
    ended = run(python("import sys; sys.stdout.write(sys.stdin.read().upper())"), b"abc", seconds=20)
    assert (ended.code, ended.output, ended.complaint) == (0, b"ABC", "")


def test_input_larger_than_a_pipe_is_taken_whole() -> None:
    ended = run(python("import sys; print(len(sys.stdin.read()))"), b"x" * 1_000_000, seconds=20)
    assert ended.output == b"1000000\n"


@pytest.mark.parametrize("length", [5, 1_000_000])
@pytest.mark.parametrize(
    ("code", "unread"),
    [("pass", True), ("import os; os.read(0, 2)", True), ("import sys; sys.stdin.read()", False)],
    ids=["nothing", "a part", "all"],
)
def test_what_a_program_has_left_unread_is_told(code: str, unread: bool, length: int) -> None:
    ended = run(python(code), b"x" * length, seconds=20)
    assert (ended.code, ended.unread, ended.failed) == (0, unread, unread)


def test_a_program_that_is_given_nothing_leaves_nothing() -> None:
    assert not run(python("pass"), seconds=20).failed


def test_a_complaint_is_clean_and_short() -> None:
    code = r"import sys; sys.stderr.write('first\n\x1b[31mno \u202ekey' + 'y' * 9999 + '\n\n'); sys.exit(3)"
    ended = run(python(code), seconds=20)
    assert ended.code == 3
    assert ended.complaint.startswith("first; no keyyy")
    assert len(ended.complaint) == len("first; ") + 200
    short = run(python(r"import sys; sys.exit('\x1b]0;t\x07bad \u202ekey')"), seconds=20)
    assert short.words == "ended with exit code 1: bad key"


@pytest.mark.parametrize("between", [0, 40_000, 200_000])
def test_the_cause_at_the_beginning_of_a_long_complaint_is_kept(between: int) -> None:
    code = f"import sys; sys.stderr.write('gpg: no secret key.\\n' + 'x' * {between} + '\\nnot stored\\n'); sys.exit(1)"
    dots = " ..." if between else ";"
    assert run(python(code), seconds=20).complaint == f"gpg: no secret key{dots} not stored"


def test_a_complaint_of_a_few_lines_keeps_the_remedy_in_its_middle() -> None:
    said = "Error: You must run:\n    pass init your-gpg-id\nbefore you may use the password store.\n"
    words = run(python(f"import sys; sys.exit({said!r})"), seconds=20).complaint
    assert words == "Error: You must run: pass init your-gpg-id; before you may use the password store."


@pytest.mark.parametrize(("lines", "is_whole"), [(6, True), (7, False)])
def test_a_complaint_is_whole_up_to_six_lines(lines: int, is_whole: bool) -> None:
    code = f"import sys; sys.exit('\\n'.join(f'line {{n}}' for n in range({lines})))"
    words = run(python(code), seconds=20).complaint
    assert (" ... " not in words, "line 3" in words) == (is_whole, is_whole)


def test_a_program_that_dies_says_by_which_signal() -> None:
    assert run(python("import os; os.kill(os.getpid(), 9)"), seconds=20).words == "ended with signal 9"


def test_output_is_bounded() -> None:
    with pytest.raises(LocalFailure, match="printed more than"):
        run(python(f"print('x' * {OUTPUT_BYTES * 10})"), seconds=20)


def test_endless_output_is_cut_at_the_limit_not_at_the_time_limit() -> None:
    began = time.monotonic()
    with pytest.raises(LocalFailure, match="printed more than"):
        run(["yes"], seconds=60)
    assert time.monotonic() - began < 30


@pytest.mark.full
def test_at_the_time_limit_a_program_and_its_children_are_killed(tmp_path: Path) -> None:
    with pytest.raises(LocalFailure, match="took longer than 2 seconds"):
        run(python(HOLD_AND_WAIT, str(tmp_path / "lock")), seconds=2)
    freed = file_lock.hold(tmp_path / "lock", 20)
    assert freed is not None
    os.close(freed)


def test_a_program_has_no_terminal_and_no_credentials_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OKTA_CLIENT_TOKEN", "OKTA_API_PRIVATE_KEY", "DD_API_KEY", "DATADOG_APP_KEY", "MY_TOKEN"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("OP_SESSION_TOKEN", "its own")
    code = "import os; print(os.environ, os.getsid(0) == os.getpid())"
    output = run(python(code), seconds=20, without=["MY_TOKEN"]).output.decode()
    assert SECRET not in output
    assert "its own" in output
    assert output.rstrip().endswith("True")


@pytest.mark.parametrize("argv", [["orgwizard-no-such-program"], ["/dev/null"], ["echo", "a\0b"]])
def test_a_program_that_cannot_be_started_is_named(argv: list[str]) -> None:
    with pytest.raises(LocalFailure, match=f"The command {argv[0]} ") as caught:
        run(argv, seconds=20)
    assert caught.value.advice


def test_output_is_in_no_repr() -> None:
    assert SECRET not in repr(run(python(f"print({SECRET!r})"), seconds=20))


class Ring:
    name = "test keyring"


def test_a_keyring_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.get_keyring", Ring)
    assert ask_keyring(lambda ring: ring.name, seconds=20) == "test keyring"


def test_a_keyring_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr("keyring.get_keyring", Ring)
    before = time.monotonic()
    try:
        with pytest.raises(LocalFailure, match="did not answer within"):
            ask_keyring(lambda _: release.wait(60), seconds=0.05)
        assert time.monotonic() - before < 30
        assert all(thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread())
    finally:
        release.set()


def test_the_text_of_a_keyring_error_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("keyring.get_keyring", Ring)
    with pytest.raises(LocalFailure, match="reported an error") as caught:
        ask_keyring(failing, seconds=20)
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_machine_without_a_keyring_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends.fail import Keyring

    monkeypatch.setattr("keyring.get_keyring", Keyring)
    with pytest.raises(LocalFailure, match="no keyring is running") as caught:
        ask_keyring(lambda ring: ring.get_password("a", "b"), seconds=20)
    assert "private file" in caught.value.advice
