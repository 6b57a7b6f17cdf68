"""A monthly export: once a month, even when the server sleeps on its day."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus import schedule

DAY = datetime.timedelta(days=1)


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("today", "last_run", "due"),
    [
        ("2026-03-04", None, False),
        ("2026-03-05", None, True),
        ("2026-03-06", None, False),  # just asked for: next month
        ("2026-03-05", "2026-02-05", True),
        ("2026-03-05", "2026-03-05", False),
        ("2026-03-04", "2026-02-05", False),
        ("2026-03-09", "2026-02-05", True),  # the server was stopped on the day
        ("2026-04-05", "2026-03-09", True),
        ("2026-03-09", "2026-03-01", True),  # the day was moved
    ],
)
def test_due_on_the_fifth(today, last_run, due):
    assert schedule.is_due(5, day(today), last_run and day(last_run)) is due


@pytest.mark.parametrize(("today", "due"), [("2026-02-28", True), ("2026-02-27", False)])
def test_the_thirty_first_of_february(today, due):
    assert schedule.is_due(31, day(today), None) is due


@given(st.integers(1, 31), st.sets(st.integers(0, 799), min_size=1))
def test_never_twice_a_month(number, days_awake):
    last, runs = day("2025-12-31"), []
    for offset in sorted(days_awake):
        today = day("2026-01-01") + offset * DAY
        if schedule.is_due(number, today, last):
            runs.append(today)
            last = today
    assert len(runs) == len({(run.year, run.month) for run in runs})


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("last_month", "2026-02-01", "2026-02-28"),
        ("this_month", "2026-03-01", "2026-03-05"),
        ("last_90_days", "2025-12-05", "2026-03-05"),
    ],
)
def test_periods(key, first, last):
    assert schedule.period(key, day("2026-03-05")) == (day(first), day(last))
