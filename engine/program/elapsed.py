"""Time between two dates in completed units of the calendar, and the date that is so long before another."""

from __future__ import annotations

from datetime import date, timedelta


def elapsed(unit: str, start: str, end: str) -> int:
    """Return the completed units of time between two ISO dates.

    A month or a year is complete on the day of the month on which it began; from the 31st, and from February 29, on
    the first day after, where the month has no such day.

    :param unit: days, weeks, months or years.
    """
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    if unit in ("days", "weeks"):
        return (last - first).days // (7 if unit == "weeks" else 1)
    months = 12 * (last.year - first.year) + last.month - first.month - (last.day < first.day)
    return months // (12 if unit == "years" else 1)


def earlier(unit: str, end: str, count: int) -> str:
    """Return an ISO date from which so many completed units lead to another; `elapsed` counts as many.

    :param unit: days, weeks, months or years.
    """
    last = date.fromisoformat(end)
    if unit in ("days", "weeks"):
        return (last - timedelta(count * (7 if unit == "weeks" else 1))).isoformat()
    from calendar import monthrange  # few ask for an earlier day

    year, month = divmod(12 * last.year + last.month - 1 - count * (12 if unit == "years" else 1), 12)
    return date(year, month + 1, min(last.day, monthrange(year, month + 1)[1])).isoformat()
