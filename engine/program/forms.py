"""The shapes of what a case says, by the names that the program knows; `notation` says what each is."""

from __future__ import annotations

TIME_UNITS = ("days", "weeks", "months", "years")
RECORDS = "records"
WITH = "with"
CODES = ("codes", "hierarchy", "slips")
"""The shapes that read a list of codes."""
NUMBERS = ("count", "amount of", "number")
"""The shapes whose number may have decimals, a unit and bounds of its own."""
SINCE = {f"{unit} since": unit for unit in TIME_UNITS}
"""The shapes that read a date as the time from it to the date of service, each with its unit."""
BETWEEN = "days from"
SOURCELESS = ("", "units", WITH, "one of")
"""The shapes that name no source, as they are of the request and not of the record."""
SINGLE = ("count", *SINCE, BETWEEN)
"""The shapes that give one number."""
