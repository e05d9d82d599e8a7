"""A folder belongs to one training at a time, and to none once its process has ended."""

import os
import re
import signal
import sys

import pytest

from seqdisentangle.training.locks import kept_to_itself

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is locked on Windows")


def test_a_second_one_is_refused_with_the_first_one_named(tmp_path):
    with kept_to_itself(tmp_path):
        message = rf"checkpoint={re.escape(repr(str(tmp_path)))} is in use .* process {os.getpid()}"
        with pytest.raises(ValueError, match=message), kept_to_itself(tmp_path):
            pass
    with kept_to_itself(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_was_killed_has_it_no_longer(tmp_path):
    child = os.fork()
    if child == 0:
        with kept_to_itself(tmp_path):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    with kept_to_itself(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_made_for_nothing_is_removed(tmp_path):
    for content, left in ((None, False), ("file", True)):
        with kept_to_itself(tmp_path / "new"):
            if content is not None:
                (tmp_path / "new" / content).touch()
        assert (tmp_path / "new").exists() == left
