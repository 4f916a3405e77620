"""Amounts of time and the time between dates as the proof checker reads them, by walking the calendar."""

from __future__ import annotations

from datetime import date

_START = 2001  # a case without faults has amounts that come to the same from any day


def in_units(written: str, unit: str) -> int:
    """Return how many completed units an amount of time is.

    :param written: a number and a unit, by whose first letter it is known; without one it is of the guideline's own.
    """
    text = written.strip()
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ \t")
    number, letter = int(digits), (text[len(digits) :].strip() or unit)[0].lower()
    if letter in "my" and unit in ("months", "years"):
        return number * (12 if letter == "y" else 1) // (12 if unit == "years" else 1)
    days = _days(number * 12 if letter == "y" else number) if letter in "my" else number * (7 if letter == "w" else 1)
    if unit in ("days", "weeks"):
        return days // (7 if unit == "weeks" else 1)
    each, count = (12 if unit == "years" else 1), 0
    while _days((count + 1) * each) <= days:
        count += 1
    return count


def _days(months: int) -> int:
    """Return the days of so many months from the start on."""
    return (date(_START + months // 12, months % 12 + 1, 1) - date(_START, 1, 1)).days


def completed(unit: str, start: date, end: date) -> int:
    """Return how many units of time are complete: counted up, one anniversary after another."""
    if unit in ("days", "weeks"):
        return (end.toordinal() - start.toordinal()) // {"days": 1, "weeks": 7}[unit]
    step, count = {"months": 1, "years": 12}[unit], 0
    while _months_later(start, (count + 1) * step) <= (end.year, end.month, end.day):
        count += 1
    return count


def _months_later(start: date, months: int) -> tuple[int, int, int]:
    """Return the same day of a later month, which need not be a day of the calendar."""
    years, month = divmod(start.month - 1 + months, 12)
    return start.year + years, month + 1, start.day
