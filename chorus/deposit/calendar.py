"""When a monthly export is due, and which days it covers."""

from __future__ import annotations

import calendar
import datetime

LAST_MONTH, THIS_MONTH, LAST_90_DAYS = "last_month", "this_month", "last_90_days"


def due_date(day: int, today: datetime.date) -> datetime.date:
    """The day of a month on which its export is due.

    :param day: 1 to 31; the last day of a month that has not got it
    :param today: any day of the month
    """
    last = calendar.monthrange(today.year, today.month)[1]
    return today.replace(day=min(day, last))


def latest_due(day: int, today: datetime.date) -> datetime.date:
    """The last day on which an export was due, today included.

    :param day: see :func:`due_date`
    :param today: the day of the question
    """
    due = due_date(day, today)
    if due <= today:
        return due
    return due_date(day, today.replace(day=1) - datetime.timedelta(days=1))


def is_due(day: int, today: datetime.date, last_run: datetime.date | None) -> bool:
    """Whether the latest export is still to be made.

    A server that was stopped on the day makes it as soon as it is back, in the next month too; an
    export that has never been made, since it was only just asked for, waits for its day.

    :param day: see :func:`due_date`
    :param today: the day of the question
    :param last_run: day of the last one, None for none
    """
    due = latest_due(day, today)
    return today == due if last_run is None else due > last_run


def period(
    key: str, due: datetime.date, today: datetime.date
) -> tuple[datetime.date, datetime.date]:
    """The invoice dates that an export covers.

    :param key: one of the constants above
    :param due: day on which the export was due: one that is late covers the same month
    :param today: day of the export
    :return: first and last day
    """
    month = due.replace(day=1)
    match key:
        case "this_month":
            return month, min(today, due_date(31, due))
        case "last_90_days":
            return today - datetime.timedelta(days=90), today
    before = month - datetime.timedelta(days=1)
    return before.replace(day=1), before
