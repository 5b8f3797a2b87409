"""What servers on one runs folder know of each other, with real processes and real locks."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from core.service.servers import ThisServer
from run import PROJECT
from tests.core.conftest import wait_until

KEY = "a" * 64
OTHER_SERVER = """
import sys, time
from core.service.servers import ThisServer
server = ThisServer()
server.say("waiting", sys.argv[1])
print(server.id, flush=True)
time.sleep(600)
"""


@pytest.fixture
def two(runs_folder):
    here, there = ThisServer(), ThisServer()
    yield here, there
    here.close()
    there.close()


def test_each_hears_what_the_other_says_and_takes_back(two):
    here, there = two
    here.say("waiting", KEY)
    assert there.others("waiting", KEY) and not here.others("waiting", KEY)
    assert not there.others("viewing", KEY) and not there.others("waiting", "b" * 64)
    assert here.anybody(KEY) and there.anybody(KEY)
    here.take_back("waiting", KEY)
    assert not there.others("waiting", KEY) and not here.anybody(KEY)


def test_what_a_closed_server_said_counts_no_more(two):
    here, there = two
    here.say("viewing", KEY)
    here.close()
    assert not there.anybody(KEY)


def test_a_server_that_is_killed_waits_for_nothing(runs_folder):
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER_SERVER, KEY], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    here = ThisServer()
    try:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert here.others("waiting", KEY)
        os.kill(process.pid, signal.SIGKILL)
        wait_until(lambda: not here.others("waiting", KEY), "the dead server counts no more")
        assert not (runs_folder / ".servers" / name).exists()
    finally:
        process.kill()
        process.communicate()
        here.close()


def test_what_was_said_outlives_the_deletion_of_the_folder(two, runs_folder):
    here, there = two
    here.say("waiting", KEY)
    shutil.rmtree(runs_folder)
    assert not there.others("waiting", KEY)
    here.say("viewing", "b" * 64)
    assert there.others("waiting", KEY) and there.others("viewing", "b" * 64)


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(tmp_path / "file"))
    server = ThisServer()
    server.say("waiting", KEY)
    assert not server.others("waiting", KEY) and not server.anybody(KEY)
    server.take_back("waiting", KEY)
    server.close()
