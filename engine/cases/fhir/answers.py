"""What questionnaires were answered: each answer by its linkId, the latest questionnaire first."""

from __future__ import annotations

from collections.abc import Iterator

from .coded import ANSWER, Codes
from .facts import Fact, Found, Unused, amount, of_another
from .parts import Part
from .resources import Resources

SOURCE = ".source"
"""What the linkId of an item ends with that asks where the record says so."""
UNDOCUMENTED = "undocumented"
"""The answer that nobody documented it."""
_DONE = ("completed", "amended")
_WORDS = {"present": True, "absent": False, "stated": True}
_DEEPEST = 20  # items in items


def answers(found: Resources, codes: Codes) -> Iterator[Found]:
    """Yield what the answered questionnaires say; one that is not completed or amended says nothing."""
    responses = found.of_type("QuestionnaireResponse")
    for response in sorted(responses, key=lambda each: each.of("authored").text, reverse=True):
        if response.of("status").text not in _DONE:
            yield Unused(response.path, "neither completed nor amended")
        else:
            yield from of_another(response, found) or _items(response, codes, _DEEPEST)


def _items(part: Part, codes: Codes, depth: int) -> Iterator[Fact]:
    for item in part.each("item") if depth else ():
        name = item.of("linkId").text
        below = [item, *item.each("answer")]
        source = next((told for each in below for told in _source(each, f"{name}{SOURCE}")), "")
        for answer in item.each("answer"):
            value = _value(answer, codes)
            if name and value is not None and value != UNDOCUMENTED and not name.endswith(SOURCE):
                yield Fact(name, value, f"{answer.path}.value", source)
        for each in below:
            yield from _items(each, codes, depth - 1)


def _source(part: Part, name: str) -> Iterator[str]:
    for item in part.each("item"):
        if item.of("linkId").text == name:
            yield from (answer.of("valueString").text for answer in item.each("answer"))


def _value(answer: Part, codes: Codes) -> object:
    """Return an answer: so, not so, a number, an amount, or the text or code that it is; None where it is empty."""
    if isinstance(said := answer.of("valueBoolean").value, bool):
        return said
    for name in ("valueInteger", "valueDecimal"):
        if (number := answer.of(name).number) is not None:
            return number
    if found := amount(answer.of("valueQuantity"), codes):
        return found
    coding = answer.of("valueCoding")
    words = codes.one(coding, ANSWER) or coding.of("code").text
    words = words or next((answer.of(f"value{name}").text for name in ("String", "Date", "DateTime")
                           if answer.of(f"value{name}").text), "")  # fmt: skip
    return _WORDS.get(words.casefold(), words) if words else None
