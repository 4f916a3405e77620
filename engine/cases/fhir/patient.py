"""What the patient's own resource says, by the keys of a case that the knowledge base names for its elements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...program.elapsed import elapsed
from ...program.forms import TIME_UNITS
from .coded import elements
from .facts import Fact, Found, Unused
from .orders import Order
from .parts import Part
from .resources import Resources
from .vocabulary import Vocabulary


def personal(ordered: Sequence[Order], found: Resources, words: Vocabulary, day: str) -> Iterator[Found]:
    """Yield what is said of the patient whom the orders are for: dates, or the time from them to the day of service.

    Of the keys that an element answers, the first that a guideline declares is answered.

    :param day: the ISO date of service.
    """
    patients = {id(each.value): each for order in ordered if (each := _patient(order, found))}
    for patient in patients.values() if len(patients) == 1 else ():
        for element, names in elements().items():
            kind, _, name = element.partition(".")
            value = patient.of(name)
            key = next((key for each in names for key in words.keys.get(each, ())), None)
            if key is None or patient.type != kind or value.value is None:
                continue
            if not value.day:
                yield Unused(value.path, "names no day of the calendar")
            elif key.shape == "count" and key.unit in TIME_UNITS:
                yield Fact(key.key, elapsed(key.unit, value.day, day), value.path)
            else:
                yield Fact(key.key, value.day, value.path)


def _patient(order: Order, found: Resources) -> Part | None:
    """Return the patient of an order, or else of the request; the order's own counts only where it is the request's."""
    of_request = Part({"reference": f"Patient/{found.patient}"}, "context.patientId")
    for reference in (order.resource.of("subject"), order.resource.of("patient"), of_request):
        led = found.follow(reference, order.resource)
        if led and led.type == "Patient" and found.patient in ("", led.id):
            return led
    return None
