"""The fixed names of the contract between a guideline and this program."""

from __future__ import annotations

SERVICE = "service"
FAVOURABLE, UNFAVOURABLE, SILENT = "medically_necessary", "not_medically_necessary", "not_addressed"
WAITING = "more_information_needed"
"""The outcome of a line that depends on what nobody documented; no rule gives it."""
ADVISORY = "advisory"

GIVEN = (FAVOURABLE, SILENT, UNFAVOURABLE)
"""The outcomes that rules give, in the order in which a line's is looked for."""

OUTCOMES = (FAVOURABLE, UNFAVOURABLE, WAITING, SILENT)
"""Every outcome, in the order in which it is told."""

INTERFACE = {
    SERVICE: ("Session", "Code"),
    FAVOURABLE: ("Session", "Code", "Statement"),
    UNFAVOURABLE: ("Session", "Code", "Statement"),
    SILENT: ("Session", "Code", "Reason"),
}
"""The predicates by which every guideline takes a request and gives its outcomes, with their arguments."""

OUTPUTS = (*GIVEN, ADVISORY)
"""The predicates that are told of a case, whether or not a rule asks for them."""
