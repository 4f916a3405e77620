"""What is asked of every line: conflicts, gaps, what it can come to, what undoes a yes, and what waits for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..program.interface import FAVOURABLE, SILENT, UNFAVOURABLE, WAITING
from .copies import copied, filled, further, line_in, optional, refused_in, with_values
from .encoder import Encoder
from .legal import Chosen, Values
from .lines import Line
from .policy import Policy, Witness, each_code, witness_of
from .slots import Option, Slot

CONFLICT, GAP = "conflict", "gap"


class Harm(NamedTuple):
    """Something that a case may say beside the rest, and that turns a yes into a no."""

    slot: Slot
    before: Witness
    after: Witness


def faults(policy: Policy) -> Iterator[tuple[str, Witness]]:
    """Yield a smallest case for each class of codes of which some line has two outcomes, or none."""
    for code, line in each_code(policy.lines):
        for kind, literal in ((CONFLICT, line.conflict), (GAP, line.gap)):
            if policy.find(code, literal) is not None and (found := policy.smallest(code, literal)):
                yield kind, found


def reached(policy: Policy) -> dict[tuple[str, ...], list[tuple[str, str]]]:
    """Return for each class of codes every outcome, with the statement or the reason, that some case has."""
    found = {}
    sound = policy.sound()
    for code, line in each_code(policy.lines):
        found[line.codes] = [way for way, literal in line.by.items() if policy.find(code, literal, sound) is not None]
        if policy.find(code, line.outcomes[WAITING], sound) is not None:
            found[line.codes].append((WAITING, ""))
    return found


def yes(policy: Policy, line: Line) -> int:
    """Return what is so where a line is covered."""
    return policy.formula.either(line.outcomes[o.name] for o in policy.program.of_role(FAVOURABLE))


def no(policy: Policy, line: Line) -> int:
    """Return what is so where a line is refused or not addressed."""
    roles = (UNFAVOURABLE, SILENT)
    return policy.formula.either(line.outcomes[o.name] for o in policy.program.outcomes if o.role in roles)


def harms(policy: Policy) -> Iterator[Harm]:
    """Yield each thing that, said beside the rest of some case, turns a line that is covered into one that is not."""
    legal, lines = policy.legal, policy.lines
    asked = [slot for slot in optional(legal.space.slots) if slot in legal.values]  # what some line rests on
    values, more = further(legal, asked)
    encoder = copied(legal, values)
    policy.formula.add([-refused_in(legal, encoder, values)])
    afterwards = [line_in(legal, encoder, line) for line in lines]
    sound = policy.sound(), policy.sound(afterwards, values)
    for line, after in zip(lines, afterwards, strict=True):
        code, left = line.codes[0], dict(more)
        turned = yes(policy, line), no(policy, after), *sound
        while left:
            said = policy.formula.either(left.values())
            model = policy.find(code, *turned, said)
            if model is None:
                break
            slot = next(slot for slot, literal in left.items() if literal in model)
            del left[slot]
            del more[slot]  # of another class it would be the same thing
            chosen = legal.case(model)
            then = _second(policy, with_values(chosen, values, model), model, code)
            yield Harm(slot, policy.witness(model, code), then)


def _second(policy: Policy, chosen: Chosen, model: set[int], code: str) -> Witness:
    said = policy.legal.written(chosen, "witness-after")
    return witness_of(said, policy.guideline, policy.told_world(model), code, policy.date)


def documentable(policy: Policy, *, settled: bool = False) -> list[Slot]:
    """Return the slots by which a case documents what may be undocumented.

    :param settled: leave out what is no longer open once a case says something of it.
    """
    declared = policy.program.predicates.values()
    opens = [p for p in declared if (p.is_record if settled else p.is_open)]
    kinds = {p.open_kind for p in opens if p.open_kind}
    mine = [p.case for p in declared if p.case and (p in opens or p.case.kind in kinds)]
    keys = {key for case in mine for key in (case.key, case.other)}  # of days between two dates both are documented
    concepts = {concept for kind in kinds for concept in policy.program.of_kind(kind)}
    return [
        slot for slot in optional(policy.legal.space.slots)
        if slot.key in keys and (not slot.name or slot.name in concepts)
    ]  # fmt: skip


def hopeless(policy: Policy) -> Iterator[Witness]:
    """Yield for each class of codes a case that waits for documentation, whatever of which comes to the same refusal.

    Each time that documentation would cover a case, or decide between two other outcomes, cases are asked for of which
    the same is not so, until there is none. So are those that documentation would leave without an outcome, or with
    two: that is a finding of its own, and the line waits for what is to be put right there.
    """
    slots = documentable(policy)
    for code, line in each_code(policy.lines):
        waits = policy.formula.new()
        policy.formula.add([-waits, line.outcomes[WAITING]])
        policy.formula.add([-waits, policy.sound()])
        for slot, others in _dates(policy):
            policy.formula.add([-waits, slot, *(-other for other in others)])
        most = _most(policy, slots, line)
        while (model := policy.find(code, waits)) is not None:
            helps = _settles(policy, policy.legal.case(model), most, line, slots)
            if helps is None:
                yield _least(policy, model, most, line, waits, slots)
                break
            policy.formula.add([-waits, -helps])


def _dates(policy: Policy) -> Iterator[tuple[int, list[int]]]:
    """Yield that a date is not said, and the same of those that it is counted to, where no other day bounds them.

    Said alone it could be any day: a case that waits in vain with it does so without it.
    """
    legal = policy.legal
    for keys in legal.space.apart:
        unsaid = [legal.literal(slot, slot.options[0]) for slot in legal.space.slots if slot.key in keys]
        yield from ((each, [other for other in unsaid if other != each]) for each in unsaid)


def _settles(
    policy: Policy, chosen: Chosen, most: dict[str, Chosen], line: Line, slots: Iterable[Slot]
) -> int | None:  # fmt: skip
    """Return what is so of each case that is as hopeful, or comes to a fault by the same; None where it is hopeless."""
    helps = _helps(policy, chosen, most, line)
    return _faulty(policy, chosen, slots) if helps is None and policy.has_faults else helps


def _faulty(policy: Policy, chosen: Chosen, slots: Iterable[Slot]) -> int | None:
    """Return what is so of each case that comes to a fault by documentation by which one does; None where none does."""
    legal = policy.legal
    free = [slot for slot in slots if chosen.get(slot, slot.options[0]) == slot.options[0]]
    fixed = legal.fixed({slot: option for slot, option in chosen.items() if slot not in free})
    model = policy.formula.solve([*fixed, policy.formula.open, -policy.sound()])
    if model is None:
        return None
    told = legal.case(model)
    values = filled(legal, [(slot, told[slot]) for slot in free if told[slot] != slot.options[0]])
    encoder = copied(legal, values)
    return policy.formula.both([-_sound_in(policy, encoder, values), -refused_in(legal, encoder, values)])


def _least(
    policy: Policy, model: set[int], most: dict[str, Chosen], line: Line, waits: int, slots: Iterable[Slot]
) -> Witness:  # fmt: skip
    """Return a case that waits in vain, of which nothing can be left out."""
    legal, code = policy.legal, line.codes[0]
    for slot in legal.case(model):
        less = {**legal.case(model), slot: slot.options[0]}
        found = policy.find(code, waits, *legal.fixed(less))
        if found is not None and _settles(policy, legal.case(found), most, line, slots) is None:
            model = found
    return policy.witness(model, code)


def _most(policy: Policy, slots: list[Slot], line: Line) -> dict[str, Chosen]:
    """Return by outcome, those that cover first, as much as can be documented of a line that has it."""
    covers = {o.name for o in policy.program.of_role(FAVOURABLE)}
    names = sorted((name for name in line.outcomes if name != WAITING), key=lambda name: name not in covers)
    told = {slot: max(slot.options[1:], key=_amount) for slot in slots}
    hard = [policy.legal.service(line.codes[0]), policy.formula.open, policy.sound()]
    found = {name: _closest(policy, [*hard, line.outcomes[name]], told) for name in names}
    return {name: {slot: chosen[slot] for slot in slots} for name, chosen in found.items() if chosen}


def _amount(option: Option) -> float:
    return option.value if isinstance(option.value, int | float) else 0


def _closest(policy: Policy, hard: list[int], wanted: Chosen) -> Chosen | None:
    """Return a case in which some literals are so and slots hold what is wanted, as far as they can; None without."""
    left = {slot: [option, *slot.options[1:]] for slot, option in wanted.items()}
    while True:
        soft = {policy.legal.literal(slot, options[0]): slot for slot, options in left.items() if options}
        if (model := policy.formula.solve([*hard, *soft])) is not None:
            return policy.legal.case(model)
        core = set(policy.formula.core())
        against = next((slot for literal, slot in soft.items() if literal in core), None)
        if against is None:
            return None
        left[against].pop(0)


def _helps(policy: Policy, chosen: Chosen, most: dict[str, Chosen], line: Line) -> int | None:
    """Return what is so of each case that the documentation helps which would help one; None where none would."""
    covers = {o.name for o in policy.program.of_role(FAVOURABLE)}
    told = []
    for name, wanted in most.items():
        if added := _remedy(policy, chosen, wanted, line.outcomes[name]):
            # The second way helps many more cases to be covered, and few to be refused.
            ways = added if name in covers else added[:1]
            told.append(policy.formula.either(_comes_to(policy, line, name, each) for each in ways))
            if name in covers or len(told) > 1:
                return policy.formula.both(told if name not in covers else told[-1:])
    return None


def _comes_to(policy: Policy, line: Line, name: str, added: list[tuple[Slot, Option]]) -> int:
    """Return what is so of each case of which a line has an outcome once something is added to what it says."""
    values = filled(policy.legal, added)
    encoder = copied(policy.legal, values)
    so = line_in(policy.legal, encoder, line).outcomes[name]
    return policy.formula.both([so, _sound_in(policy, encoder, values), -refused_in(policy.legal, encoder, values)])


def _sound_in(policy: Policy, encoder: Encoder, values: Values) -> int:
    lines = [line_in(policy.legal, encoder, line) for line in policy.lines] if policy.has_faults else []
    return policy.sound(lines, values)


def _remedy(policy: Policy, chosen: Chosen, wanted: Chosen, goal: int) -> list[list[tuple[Slot, Option]]]:
    """Return what to document so that a case has an outcome: two ways, or none where it cannot have it.

    The first has what the case says already as it is, the second has what is wanted in its place.
    """
    legal = policy.legal
    free = {slot: option for slot, option in wanted.items() if chosen.get(slot, slot.options[0]) == slot.options[0]}
    hard = [*legal.fixed({s: o for s, o in chosen.items() if s not in free}), policy.formula.open, goal, policy.sound()]
    found = _closest(policy, hard, free)
    if found is None:
        return []
    return [
        [part for part in {**wanted, **{s: found[s] for s in each}}.items() if part[1] != part[0].options[0]]
        for each in (wanted, free)
    ]
