"""Signals that end a process wait until its files are whole or cleared away."""

import os
import signal
import threading

import pytest

from seqdisentangle._termination import put_off
from seqdisentangle.persistence import written_whole

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="ends processes that it forks")
SIGNALS = ("SIGTERM", "SIGHUP")


def ask():
    os.kill(os.getpid(), signal.SIGTERM)


def ended_by(function, *args):
    """The signal that a forked process, which calls a function, was ended by; None of none."""
    child = os.fork()
    if child == 0:
        try:
            for name in SIGNALS:
                signal.signal(getattr(signal, name), signal.SIG_DFL)
            function(*args)
        finally:
            os._exit(0)
    status = os.waitpid(child, 0)[1]
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else None


@pytest.mark.parametrize("name", SIGNALS)
def test_a_file_that_is_half_written_is_cleared_away(name, tmp_path):
    def write():
        with written_whole(tmp_path / "file") as partial:
            partial.write_text("half")
            os.kill(os.getpid(), getattr(signal, name))
            partial.rename(tmp_path / "not reached")

    assert ended_by(write) == getattr(signal, name)
    assert list(tmp_path.iterdir()) == []


def test_what_is_put_off_happens_at_the_end(tmp_path):
    def work():
        with put_off() as asked_to_end:
            (tmp_path / f"before {asked_to_end()}").touch()
            ask()
            (tmp_path / f"after {asked_to_end()}").touch()
        (tmp_path / "not reached").touch()

    assert ended_by(work) == signal.SIGTERM
    assert {path.name for path in tmp_path.iterdir()} == {"before False", "after True"}


def test_what_is_put_off_inside_of_a_context_that_clears_away_is_cleared_away_then(tmp_path):
    def work():
        with written_whole(tmp_path / "outer"):
            with put_off(), written_whole(tmp_path / "inner") as partial:
                ask()
                partial.write_text("whole")
            (tmp_path / "not reached").touch()

    assert ended_by(work) == signal.SIGTERM
    assert [path.name for path in tmp_path.iterdir()] == ["inner"]


def test_a_second_signal_ends_the_process_at_once(tmp_path):
    def work():
        with put_off():
            ask()
            ask()
            (tmp_path / "not reached").touch()

    assert ended_by(work) == signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_a_fork_is_asked_for_itself(tmp_path):
    def work():
        with put_off():
            child = os.fork()
            if child == 0:
                ask()
                (tmp_path / "not reached").touch()
                os._exit(0)
            (tmp_path / str(os.waitpid(child, 0)[1])).touch()

    assert ended_by(work) is None
    assert [path.name for path in tmp_path.iterdir()] == [str(int(signal.SIGTERM))]


@pytest.mark.parametrize("own", [signal.SIG_IGN, lambda *args: None], ids=["ignored", "handled"])
def test_a_program_that_handles_signals_itself_goes_on_doing_so(own, tmp_path):
    def work():
        signal.signal(signal.SIGTERM, own)
        with written_whole(tmp_path / "file") as partial:
            ask()
            partial.write_text("whole")
        assert signal.getsignal(signal.SIGTERM) is own
        (tmp_path / "reached").touch()

    assert ended_by(work) is None
    assert {path.name for path in tmp_path.iterdir()} == {"file", "reached"}


def test_handlers_are_given_back_and_not_taken_in_other_threads():
    before = [signal.getsignal(getattr(signal, name)) for name in SIGNALS]
    with put_off():
        pass
    found = []

    def in_thread():
        with put_off() as asked_to_end:
            found.append(asked_to_end())
            found.append([signal.getsignal(getattr(signal, name)) for name in SIGNALS])

    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    assert found == [False, before]
