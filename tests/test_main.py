import runpy
import sys

import pytest


def test_the_module_is_the_command_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["seqdisentangle", "--version"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("seqdisentangle", run_name="__main__")
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("seqdisentangle ")
