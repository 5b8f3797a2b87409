"""How servers on one runs folder coordinate, with real processes and real locks."""

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
server.announce("waiting", sys.argv[1])
print(server.id, flush=True)
time.sleep(600)
"""


@pytest.fixture
def two(runs_folder):
    here, there = ThisServer(), ThisServer()
    yield here, there
    here.close()
    there.close()


def test_servers_read_each_others_announcements_and_withdrawals(two):
    here, there = two
    here.announce("waiting", KEY)
    assert there.others_interested("waiting", KEY) and not here.others_interested("waiting", KEY)
    assert not there.others_interested("viewing", KEY) and not there.others_interested("waiting", "b" * 64)
    assert here.in_use(KEY) and there.in_use(KEY)
    here.withdraw("waiting", KEY)
    assert not there.others_interested("waiting", KEY) and not here.in_use(KEY)


def test_a_closed_server_has_no_interests(two):
    here, there = two
    here.announce("viewing", KEY)
    here.close()
    assert not there.in_use(KEY)


def test_a_killed_server_has_no_interests(runs_folder):
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER_SERVER, KEY], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    here = ThisServer()
    try:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert here.others_interested("waiting", KEY)
        os.kill(process.pid, signal.SIGKILL)
        wait_until(
            lambda: not here.others_interested("waiting", KEY), "the dead server's interests no longer count"
        )
        assert not (runs_folder / ".servers" / name).exists()
    finally:
        process.kill()
        process.communicate()
        here.close()


def test_announcements_survive_the_deletion_of_the_folder(two, runs_folder):
    here, there = two
    here.announce("waiting", KEY)
    shutil.rmtree(runs_folder)
    assert not there.others_interested("waiting", KEY)
    here.announce("viewing", "b" * 64)
    assert there.others_interested("waiting", KEY) and there.others_interested("viewing", "b" * 64)


def test_an_unwritable_folder_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("CONTRASTIVE_LAB_RUNS", str(tmp_path / "file"))
    server = ThisServer()
    server.announce("waiting", KEY)
    assert not server.others_interested("waiting", KEY) and not server.in_use(KEY)
    server.withdraw("waiting", KEY)
    server.close()
