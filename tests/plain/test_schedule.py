"""A monthly export: once a month, even when the server sleeps on its day."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chorus.deposit import calendar

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
    assert calendar.is_due(5, day(today), last_run and day(last_run)) is due


@pytest.mark.parametrize(("today", "due"), [("2026-02-28", True), ("2026-02-27", False)])
def test_the_thirty_first_of_february(today, due):
    assert calendar.is_due(31, day(today), None) is due


@given(st.integers(1, 31), st.sets(st.integers(0, 799), min_size=1))
def test_each_month_once_however_the_server_sleeps(number, days_awake):
    last, made, passed = day("2025-12-31"), [], set()
    for offset in sorted(days_awake):
        today = day("2026-01-01") + offset * DAY
        due = calendar.latest_due(number, today)
        if due > day("2025-12-31"):
            passed.add(due)
        if calendar.is_due(number, today, last):
            made.append(due)
            last = today
    assert len(made) == len(set(made)), "twice"
    assert set(made) == passed, "missed"


def test_the_server_sleeps_from_one_month_to_the_next():
    """The month that was missed is made, not the one that has just begun."""
    today, last = day("2026-02-02"), day("2025-12-31")
    assert calendar.is_due(31, today, last)
    due = calendar.latest_due(31, today)
    assert due == day("2026-01-31")
    for key, first, end in (
        ("last_month", "2025-12-01", "2025-12-31"),
        ("this_month", "2026-01-01", "2026-01-31"),
        ("last_90_days", "2025-11-04", "2026-02-02"),
    ):
        assert calendar.period(key, due, today) == (day(first), day(end))
    assert not calendar.is_due(31, day("2026-02-27"), today)
    assert calendar.is_due(31, day("2026-02-28"), today)


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("last_month", "2026-02-01", "2026-02-28"),
        ("this_month", "2026-03-01", "2026-03-05"),
        ("last_90_days", "2025-12-05", "2026-03-05"),
    ],
)
def test_periods(key, first, last):
    today = day("2026-03-05")
    assert calendar.period(key, today, today) == (day(first), day(last))
