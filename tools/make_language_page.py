"""Write docs/language.md: every annotation, fact and shape of what a case says, from the tables that the reader uses.

python tools/make_language_page.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from coverlog.engine.program.code_systems import SYSTEMS
from coverlog.engine.program.counting import AGGREGATES
from coverlog.engine.program.notation import ANNOTATIONS, FIELDS, OPTIONS, SHAPES, Annotation, Shape
from coverlog.engine.program.reserved import FACTS, Stated

TARGET = Path(__file__).parent.parent / "docs" / "language.md"
HEAD = """# The language of a guideline

Written by `tools/make_language_page.py` from the tables that the reader itself uses; every example is tested.

A guideline is a folder of `.dl` files: clauses of Datalog in the syntax of ASP-Core-2, and annotations, which are
comments to a solver (`%@ NAME: ...`, and `%>` for the place in the document). What a case says becomes facts by the
declarations, exactly and once, so that rules compare whole numbers: calendars, units and decimals are the reader's.
"""
LINES = """What a session requests of a code is one line, known by the session and the code; every outcome has these two
as its first arguments, and as its third the statement that it is by, or the reason of a silent one. Where a case has a
code twice in a session, the line has the fields of both, and a note says so: what a field is to tell apart stands in
sessions of its own. Records and fields of lines are never open: what the case does not list is not so, in both worlds,
and is not asked for.
"""
FORMS = """### Fields and systems

A field of a record, and of a line behind `with`, has a name and a type:

| type | what it is |
|---|---|
{fields}
| SYSTEM | a code of a system |

Codes are of a system, or of a pattern of the guideline's own in quotes: characters, classes, `?` and `{{2,4}}`
(`"[A-Z]{{2}}[0-9]{{4}}"`).

| SYSTEM | codes | written |
|---|---|---|
{systems}
"""
COUNTS = """## Counts and sums

A body may compare a count or a sum, from below, from above, or both: `2 <= #count {{ ... }} <= 5`. What it is compared
with is a number, or a variable that a literal of the rule gives its value; an aggregate gives no variable its value.
Several conditions stand in one aggregate with a semicolon between them. A variable that stands elsewhere in the rule
means the same there; the others are the aggregate's own. No predicate may rest on a count of its own atoms.

{aggregates}

What is not documented may or may not count, so that a value lies between two ends: what surely counts, and what may
count as well. A comparison holds where it does for every number between them, fails where it does for none, and is
unknown otherwise. An amount that is not documented is any that its declaration admits, without bounds any from 0 up.
A proof has one step for it, with what counts, what may count, and that there is nothing else. What is missing is told
as `at least 2 of`: the sets that it stands for are each choice of so many.
"""
NUMBERS = """## Numbers

Behind `amount of KIND`, `count` and the type `number` of a field stand, in any order:

| option | what it says |
|---|---|
{options}

A number in a rule is written with the decimals of what it is compared with (`15.0`), through whatever heads and facts
it goes; another number of decimals is an error, and so is a comparison of two units. Proofs, missing documentation,
checklists, letters and queries show numbers as people write them. For a solver `coverlog export --asp` writes them as
whole numbers of their last decimal.

Time is counted in completed units of the calendar: a month or a year is complete when the day of the month has come
round, and from the 31st, or from February 29, on the first day after where a month has no such day. A date from which
time is counted to the date of service is not after it, and a second date not before the first: else the case is
refused as contradictory documentation. A case may give a date with its source (`{{date: 2025-07-01, source: "delivery
ticket"}}`); the proof names both dates.

What may be undocumented of a single number is declared `%@ open`, without a kind; it is asked for by its key, and time
between two dates by the name of its predicate.
"""

NAMES = """## What is known by its name

| predicate | what it is |
|---|---|
| `service(Session, Code)` | the lines of a request, of which each has to come to an outcome |
| `medically_necessary`, `not_medically_necessary`, `not_addressed` | the customary outcomes |
| `advisory(Advisory)` | told beside the outcomes, and changes none: an id in quotes; its words are the rule's gloss |
| `never` | in the file `properties.dl` alone: what no legal case can have; `coverlog analyze` proves it |

```prolog
%@ predicate units(Session, Code, Units): {Units} units of {Code}
%@ case: services units
%@ predicate advisory(Advisory): advisory {Advisory} applies
%@ rule T/many: more than 4 units of {Code} are requested
advisory("many-units") :- units(Session, Code, Units), Units > 4.
```
"""
ALL = """## What can be proved

Circuits, SQL and what is proved of every legal case (`circuit`, `compile`, `analyze`, `construct`, `sufficient` and
`diff`) rest on a few symbols that stand for all that a case can say. There are none where an edition counts or adds up,
where a key has records or lines have fields, and where a rule that an outcome rests on compares two amounts of a case,
speaks of two sessions at once, or asks for what a code belongs to next without going all the way. `coverlog check` says
why. Cases of such a guideline are decided one by one, and explained, verified and changed as any. Tables of a batch
hold no records, no fields of lines and no days from one date to another; case files are a batch of any guideline.
"""


def page() -> str:
    """Return the page as Markdown."""
    options = "\n".join(f"| `{option.name} {option.arguments}` | {option.meaning} |" for option in OPTIONS.values())
    parts = [HEAD, "## Annotations\n", *map(_annotation, ANNOTATIONS.values())]
    parts += ["## What a guideline states\n", "Facts that need no id; what is in words stands in quotes.\n"]
    parts += map(_fact, FACTS.values())
    parts += ["## What a case says\n", "`%@ case: KEY SHAPE` below a predicate reads it from that key of the case.\n"]
    parts += [*map(_shape, SHAPES.values()), LINES, _forms(), _counts(), NUMBERS.format(options=options), NAMES, ALL]
    return "\n".join(parts)


def _forms() -> str:
    fields = (f"| `{f'{field.name} {field.arguments}'.strip()}` | {field.meaning} |" for field in FIELDS.values())
    systems = (f"| `{system.name}` | {system.meaning} | `{system.example}` |" for system in SYSTEMS.values())
    return FORMS.format(fields="\n".join(fields), systems="\n".join(systems))


def _counts() -> str:
    told = (f"### `{e.name}`\n\n{e.meaning}\n\n```prolog\n{e.example}\n```" for e in AGGREGATES.values())
    return COUNTS.format(aggregates="\n\n".join(told))


def _annotation(entry: Annotation) -> str:
    below = " or ".join(f"`%@ {name}`" for name in entry.below)
    where = f"Below {below}. " if below else ""
    title = f"`%@ {entry.name}{':' if entry.arguments else ''}`" + (f" {entry.arguments}" if entry.arguments else "")
    return f"### {title}\n\n{where}{entry.meaning}\n\n```prolog\n{entry.example}\n```\n"


def _fact(entry: Stated) -> str:
    called = f"{entry.name}({', '.join(entry.params)})"
    return f"### `{called}`\n\n{entry.meaning}\n\n```prolog\n{entry.example}\n```\n"


def _shape(entry: Shape) -> str:
    return "\n".join(_shape_lines(entry))


def _shape_lines(entry: Shape) -> Iterator[str]:
    name = f"`{entry.name}`" if entry.name else "no shape"
    yield f"### {name} {entry.arguments}".rstrip() + f"\n\n{entry.meaning}\n"
    yield f"```prolog\n{entry.example}\n```\n"
    yield f"```yaml\n{entry.case}\n```\n"
    yield f"gives `{', '.join(entry.facts)}`.\n"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
