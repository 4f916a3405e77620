"""A case to be filled in: all that a guideline's case may say, what the criteria of a condition ask for first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ...engine.cases.meant import GROUPS, home
from ...engine.cases.said import read_case
from ...engine.decision.decide import judge
from ...engine.decision.situation import Situation
from ...engine.language.terms import unquote
from ...engine.library.guideline import Guideline
from ...engine.program.code_systems import PROCEDURE, system_of
from ...engine.program.forms import RECORDS, SINCE, SINGLE, TIME_UNITS, WITH
from ...engine.program.interface import CODE, FAVOURABLE
from ...engine.program.program import CaseKey, Program
from .checklist import checklist
from .wording import question_of, words

MAX_CODES = 40
"""How many of a guideline's procedure codes are listed and tried."""
Values = dict[str, Any]
_BLANKS = {"count": "N"}
_HEAD = """\
# A case for {name}, {title}.
# The case says what stands without a # in front: put it right, above all the date and the services. To say more,
# take "# " away from a line, and from the line such as findings: that it stands below, and fill it in.
# What a case leaves out is undocumented: only what the record rules out is absent.
# A source may stand beside what it is for: NAME: {{status: present, source: "note of {today}"}}, NAME: {{value: 6,
# source: ...}}, and as an item of a list {{code: ..., source: ...}}.
"""


def template(guideline: Guideline, about: str, today: str) -> str:
    """Return a case file to be filled in, which can be decided as it stands.

    :param about: a condition, or what else a list of a case names; a diagnosis code; or an empty text for nothing.
    :param today: the ISO date to begin with.
    """
    program = guideline.program
    said = starting(guideline, about, today)
    lines = [
        _HEAD.format(name=program.name, title=program.title, today=today),
        f"id: {said['id']}",
        "# title: a few words",
    ]
    lines += [f"date_of_service: {said['date_of_service']}", "services:", *_services(said, program)]
    for key in dict.fromkeys(key.key for key in _keys(program)):
        of = [each for each in _keys(program) if each.key == key]
        lines += ["", *(_group(of, said, guideline) if of[0].shape in GROUPS else _plain(of[0], said, program))]
    return "\n".join(lines) + "\n"


def starting(guideline: Guideline, about: str, today: str) -> Values:
    """Return the least that a case about something says: the choices and services by which most criteria can be met."""
    program = guideline.program
    said: Values = {"id": f"new-{about or 'case'}".replace("_", "-"), "date_of_service": today}
    codes = codes_of(program)
    said["services"] = [{CODE: code} for code in codes]
    keys = _keys(program)
    may_lack = {p.case.key for p in program.predicates.values() if p.case and p.is_open}
    choices = [key for key in keys if key.shape == "one of" and not key.default and key.key not in may_lack]
    said |= {key.key: program.of_kind(key.kind)[0] for key in choices}
    key = home(about, program) if about in program.concepts else next((k for k in keys if k.shape == "codes"), None)
    said |= {key.key: about if key.shape == "one of" else [about]} if about and key else {}
    for choice in choices:
        tried = [said | {choice.key: concept} for concept in program.of_kind(choice.kind)]
        said = max(tried, key=lambda each: len(_within_reach(each, guideline))) if choice is not key else said
    aim = _within_reach(said, guideline)
    alone = (said | {"services": [{CODE: code}]} for code in codes)
    if one := next((each for each in alone if _within_reach(each, guideline) >= aim), None):
        return one
    for code in reversed(codes):  # the first that the guideline names are kept
        fewer = said | {"services": [line for line in said["services"] if line[CODE] != code]}
        said = fewer if fewer["services"] and _within_reach(fewer, guideline) >= aim else said
    return said


def codes_of(program: Program) -> list[str]:
    """Return the procedure codes that a guideline labels, or else those that its clauses name."""
    heads = (arg for rule in program.rules for arg in rule.head.args)
    for names in (program.concepts, (arg for arg in heads if isinstance(arg, str) and arg.startswith('"'))):
        if found := [code for name in dict.fromkeys(names) if re.fullmatch(PROCEDURE, code := unquote(name))]:
            return found[:MAX_CODES]
    return ["00000"]  # nothing that a guideline could name


def _keys(program: Program) -> list[CaseKey]:
    hidden = ("", "units", WITH, "hierarchy", "slips")
    return [p.case for p in program.predicates.values() if p.case and p.case.shape not in hidden]


def _within_reach(said: Values, guideline: Guideline) -> set[str]:
    """Return the statements by which a line is or may yet be covered."""
    model = Situation(read_case(said, guideline), guideline, "open", said["date_of_service"]).model
    covering = [each.name for each in guideline.program.of_role(FAVOURABLE)]
    return {unquote(str(atom.args[-1])) for name in covering for atom in model.atoms(name)}


def _services(said: Values, program: Program) -> Iterator[str]:
    requested = {line[CODE] for line in said["services"]}
    for code in sorted(codes_of(program), key=lambda code: code not in requested):
        mark = "  " if code in requested else "#   "
        row = f'{mark}- {{{CODE}: "{code}"}}'.ljust(24) + _note(program.concepts.get(f'"{code}"', ("", ""))[1])
        yield row.rstrip()
    fields = {f.key: f for p in program.predicates.values() if p.case and p.case.shape == WITH for f in p.case.fields}
    if fields:
        yield f"#   # a line may also have {', '.join(f'{name}: {_blank(of, program)}' for name, of in fields.items())}"
        yield from _choices(fields.values(), program)


def _blank(field: CaseKey, program: Program) -> str:
    """Return how the value of a field is written."""
    if field.shape in ("one of", "each of"):
        concept = program.of_kind(field.kind)[0]
        return concept if field.shape == "one of" else f"[{concept}]"
    if field.shape in SINCE:
        return "YYYY-MM-DD"
    return "N" if field.shape == "number" else "..."


def _choices(fields: Iterable[CaseKey], program: Program) -> Iterator[str]:
    """Yield the words of each field that has words of the guideline."""
    for field in fields:
        if concepts := program.of_kind(field.kind) if field.kind else []:
            yield f"#   # {field.key} is one of {', '.join(concepts)}"


def _note(text: str) -> str:
    return f"  # {text}" if text else ""


def _plain(key: CaseKey, said: Values, program: Program) -> Iterator[str]:
    """Yield the lines of a key that is no group: its value where the case has one, else how it would be written."""
    concepts = program.of_kind(key.kind)
    labels = [f"#   {concept}: {program.label(concept)}" for concept in concepts]
    if key.shape == "one of":
        yield f"# {key.key} is one of {', '.join(concepts)}"
        yield f"{key.key}: {said[key.key]}" if key.key in said else f"# {key.key}: {key.default or concepts[0]}"
    elif key.shape in SINGLE:
        for name in filter(None, (key.other, key.key)):
            asked = program.questions.get(name, ("", ""))[0]
            blank = _BLANKS.get(key.shape, "YYYY-MM-DD")
            yield f"# {name}: {blank}{_note(asked or _counted(key, program))}"
    elif key.shape == RECORDS:
        yield f"# {key.key}: [{{{', '.join(f'{field.key}: {_blank(field, program)}' for field in key.fields)}}}]"
        yield from _choices(key.fields, program)
    else:
        value = f"{key.key}: [{said[key.key][0]}]" if key.key in said else f"# {key.key}: [...]"
        example = system_of(key.system).example
        yield f"{value}  # {f'codes like {example}' if key.shape == 'codes' else 'of these'}"
        yield from labels


def _counted(key: CaseKey, program: Program) -> str:
    """Return what a number is of, by its gloss; a date has none."""
    glosses = (p.gloss for p in program.predicates.values() if p.case == key and key.shape in _BLANKS)
    return re.sub(r"\{\w+\}", "N", next(glosses, ""))


def _group(keys: list[CaseKey], said: Values, guideline: Guideline) -> Iterator[str]:
    """Yield the lines of what is documented: what the criteria within reach ask for first, each with its question."""
    program = guideline.program
    first = _asked(said, guideline)
    order = list(first)
    shapes = {concept: key for key in keys for concept in program.of_kind(key.kind)}
    yield f"# {keys[0].key}:"
    statement = None
    for concept in sorted(shapes, key=lambda name: order.index(name) if name in first else len(first)):
        asking = first.get(concept, "")
        if asking != statement:
            told = f"for {asking}: {words(asking, program)}" if asking else "what else a case may say"
            yield f"#   # {told}"
        statement = asking
        key = shapes[concept]
        of_time = key.unit if key.unit in TIME_UNITS else ""  # any other unit is not written
        value = f"N {of_time}".rstrip() if key.shape == "amount of" else "present or absent"
        yield f"#   {concept}: {value}  # {question_of(concept, program)}"


def _asked(said: Values, guideline: Guideline) -> dict[str, str]:
    """Return what the checklist of a case asks for with the statement that asks, one statement after another."""
    judged = judge(read_case(said, guideline), guideline)
    items = [item for line in checklist(judged) for ask in line.asks for item in ask.items]
    statements = list(dict.fromkeys(item.statement for item in items))
    asked = {item.finding: item.statement for item in reversed(items)}
    return dict(sorted(asked.items(), key=lambda each: statements.index(each[1])))
