"""Jobs that take turns, and wait for programs side by side."""

import contextvars
import os
import signal
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest

from chorus import turns


def test_one_job_at_a_time_and_programs_side_by_side():
    inside, begun = [], []
    meeting = threading.Barrier(2, timeout=10)

    def job(rank):
        for _part in ("before", "after"):
            inside.append(rank)
            time.sleep(0.001)  # whatever else could run now would
            assert inside == [rank]
            inside.remove(rank)
            if _part == "before":
                with turns.given_way():
                    begun.append(rank)
                    meeting.wait()  # breaks unless two programs are at work at once

    assert turns.run([partial(job, rank) for rank in range(4)], programs=2) == 4
    assert sorted(begun) == [0, 1, 2, 3]


def test_a_program_that_hangs_is_ended_with_what_it_started():
    """As the script around a program that waits for a picture from elsewhere."""
    script = "echo begun; sleep 600 & echo $! > {}; wait"
    with tempfile.NamedTemporaryFile("r") as file:
        with turns.patience(0.5):
            process = turns.run_program(["sh", "-c", script.format(file.name)])
        assert process.returncode == -signal.SIGKILL
        assert "0.5 seconds" in process.stderr
        below = f"/proc/{int(file.read())}/stat"
        while os.path.exists(below) and Path(below).read_text().split()[2] != "Z":
            time.sleep(0.01)


def test_the_wait_for_a_core_counts():
    """Of two programs that hang, the second has no time left once it has its core."""
    ended, deadline = [], time.monotonic() + 0.3

    def job():
        with turns.patience(600, deadline), turns.given_way():
            ended.append(turns.run_program(["sleep", "600"]))

    assert turns.run([job, job], programs=1) == 2
    assert [process.returncode for process in ended] == [-signal.SIGKILL] * 2
    assert "no time was left" in ended[1].stderr


def test_patience_ends_with_its_deadline():
    now = 0
    with patch.object(turns.time, "monotonic", lambda: now), turns.patience(30, deadline=40):
        assert turns.get_patience() == 30
        now = 35
        assert turns.get_patience() == 5
        now = 45
        assert turns.get_patience() == 0


def test_a_program_that_ends_says_how():
    assert turns.get_patience() is None
    with turns.patience(30):
        process = turns.run_program(["sh", "-c", "echo out; echo fault >&2; exit 3"])
    assert (process.returncode, process.stdout, process.stderr) == (3, "out\n", "fault\n")


def test_no_more_programs_than_asked_for():
    lock, at_work, most = threading.Lock(), [], []

    def job():
        with turns.given_way():
            with lock:
                at_work.append(1)
                most.append(len(at_work))
            time.sleep(0.005)
            with lock:
                at_work.pop()

    turns.run([job] * 12, programs=3)
    assert max(most) <= 3


def test_time_that_is_up():
    done = []
    jobs = [partial(done.append, rank) for rank in range(3)]
    assert turns.run(jobs, programs=1, until=time.monotonic() - 1) == 1
    assert done == [0], "the first one always has its turn"


def test_a_failure_ends_it_and_is_raised_once_all_have_stopped():
    done, before = [], set(threading.enumerate())  # servers of other tests run beside this one

    def fail():
        raise ZeroDivisionError

    def slow():
        with turns.given_way():
            time.sleep(0.02)
        done.append("slow")

    with pytest.raises(ZeroDivisionError):
        turns.run([slow, fail, *[partial(done.append, "never")] * 5], programs=1)
    assert done == ["slow"]
    assert not set(threading.enumerate()) - before


def test_jobs_see_the_variables_of_their_caller():
    name = contextvars.ContextVar("name")
    name.set("request")
    seen = []
    turns.run([lambda: seen.append(name.get())] * 3, programs=2)
    assert seen == ["request"] * 3


def test_outside_of_jobs_nothing_happens():
    with turns.given_way():
        pass
    assert turns.run([]) == 0
