"""Judges a case by the coverage guideline in plain Python, and draws random cases to judge."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypedDict

Case = dict[str, Any]
Set = frozenset[str]


class Need(TypedDict):
    """One finding to document, and what it has to say."""

    finding: str
    needs: str


class Line(TypedDict):
    """The answer for one service line."""

    cpt: str
    session: int
    outcome: str
    by: list[str]
    reason: str | None
    missing: list[list[Need]]


# --- Codes -----------------------------------------------------------------------------------

EMG_EXTREMITIES = ("95860", "95861", "95863", "95864")
EMG_STAND_ALONE = (*EMG_EXTREMITIES, "95870")
LIMBS = 4
EMG_WITH_NCS = ("95885", "95886", "95887")
EMG = (*EMG_STAND_ALONE, "95867", "95868", "95869", "95872", *EMG_WITH_NCS)
RNS = ("95937",)
NO_CRITERIA = ("95875",)
# Fewest and most studies; the last band has no upper end.
NCS_BANDS = {
    "95907": (1, 2),
    "95908": (3, 4),
    "95909": (5, 6),
    "95910": (7, 8),
    "95911": (9, 10),
    "95912": (11, 12),
    "95913": (13, 10**9),
}
NCS = tuple(NCS_BANDS)
KINDS = (
    dict.fromkeys(EMG, "emg")
    | dict.fromkeys(NCS, "ncs")
    | dict.fromkeys(RNS, "rns")
    | dict.fromkeys(NO_CRITERIA, "none")
)

# --- Dates -----------------------------------------------------------------------------------

MODELLED_FROM = "2011-11-17"
NMJ_FROM = "2015-05-07"
PAIN_FROM = "2017-11-02"
CODE_FROM = dict.fromkeys(EMG_WITH_NCS, "2012-01-01") | dict.fromkeys(NCS, "2013-01-01")

# --- Conditions ------------------------------------------------------------------------------

# Both taxonomies give every term at most one direct parent.
IS_A = {
    "bells_palsy": "cranial_nerve_disorder",
    "cranial_nerve_disorder": "mononeuropathy",
    "hereditary_neuropathy": "neuropathy_causing_condition",
    "inflammatory_polyneuropathy": "neuropathy_causing_condition",
    "thoracic_outlet_syndrome": "plexopathy",
    "myasthenia_gravis": "nmj_disease",
    "lambert_eaton_syndrome": "nmj_disease",
    "botulism": "nmj_disease",
}

_CONDITION_CODES = {
    "unexplained_peripheral_neuropathy": "G60.3 G60.9 G62.9",
    "traumatic_neuropathy": ("S04 S14.2 S14.3 S14.4 S24.2 S24.3 S34.2 S34.4 S34.6 S44 S54 S64 S74 S84 S94"),
    "hiv": "B20 Z21 O98.7",
    "mononeuropathy": "G56.8 G56.9 G57.8 G57.9 G58",
    "cranial_nerve_disorder": "G50 G51 G52 G53",
    "bells_palsy": "G51.0",
    "diabetes": "E08 E09 E10 E11 E13",
    "dialysis": "N18.6 Z49 Z99.2",
    "neuropathy_causing_condition": "G62.0 G62.1 G62.2 G62.8 G63 M05.5",
    "hereditary_neuropathy": "G60.0 G60.1 G60.2 G60.8",
    "inflammatory_polyneuropathy": "G61 G65",
    "carpal_tunnel_syndrome": "G56.0",
    "ulnar_neuropathy": "G56.2",
    "radiculopathy": "G54.2 G54.3 G54.4 M47.2 M50.1 M51.1 M54.1",
    "plexopathy": "G54.0 G54.1 G54.5",
    "thoracic_outlet_syndrome": "",
    "tarsal_tunnel_syndrome": "G57.5",
    "fibular_neuropathy": "G57.3",
    "other_entrapment_neuropathy": "G56.1 G56.3 G57.0 G57.1 G57.2 G57.4 G57.6",
    "motor_neuron_disease": "G12.2",
    "myopathy": "G71 G72 M33 M60.1",
    "nmj_disease": "G70 G73.3",
    "myasthenia_gravis": "G70.0 G70.2",
    "lambert_eaton_syndrome": "G70.80 G70.81 G73.1",
    "botulism": "A05.1 A48.5",
    "back_pain": "M54.5 M54.6 M54.8 M54.9",
    "headache": "G43 G44 R51",
    "anticoagulant_therapy": "Z79.01",
    "lymphedema": "I89.0 I97.2 Q82.0",
}
_FINDING_CODES = {
    "sensory_loss": "R20.0 R20.1",
    "weakness": "M62.81 R53.1",
    "muscle_atrophy": "M62.5",
}
CONDITIONS = tuple(_CONDITION_CODES)
# Code prefix to (kind, concept); a code means what every prefix of it means.
ICD10 = {
    prefix: (kind, concept)
    for kind, table in (("condition", _CONDITION_CODES), ("finding", _FINDING_CODES))
    for concept, prefixes in table.items()
    for prefix in prefixes.split()
}

# --- Findings --------------------------------------------------------------------------------

IMPLIES = {
    "significant_sensory_loss_on_exam": "sensory_loss_on_exam",
    "sensory_loss_on_exam": "sensory_loss",
    "significant_weakness_on_exam": "motor_loss_on_exam",
    "motor_loss_on_exam": "weakness",
    "significant_atrophy_on_exam": "atrophy_on_exam",
    "atrophy_on_exam": "muscle_atrophy",
    "sensory_loss": "symptoms_of_neuropathy",
    "weakness": "symptoms_of_neuropathy",
    "muscle_atrophy": "symptoms_of_neuropathy",
    "neuropathic_pain": "symptoms_of_neuropathy",
    "symptoms_of_neuropathy": "related_symptoms",
}
SYMPTOMS = (*IMPLIES, "related_symptoms")
COURSE = (
    "results_guide_management",
    "symptoms_persistent",
    "symptoms_progressive",
    "refractory_to_conventional_treatment",
    "unresponsive_to_conservative_treatment",
    "refractory_to_activity_modification",
)
FINDINGS = (*SYMPTOMS, *COURSE)
QUANTITIES = ("wrist_splint_weeks", "elbow_splint_weeks")
# The only threshold on weeks; a quantity's name among the facts says that it is reached.
WEEKS_NEEDED = 4
SIGNS = ("sensory_loss", "weakness", "muscle_atrophy")
WAIVER = (
    "significant_atrophy_on_exam",
    "significant_weakness_on_exam",
    "significant_sensory_loss_on_exam",
)
CTS_TECHNIQUES = (
    "multiple_f_waves",
    "residual_latency",
    "sympathetic_skin_response",
    "limb_ischemia",
    "dynamic_hand_exercise",
    "wrist_positioning",
)
TECHNIQUES = ("standardized_battery", *CTS_TECHNIQUES)


def _upward(name: str, step: dict[str, str]) -> list[str]:
    """A term and all it leads to."""
    chain = [name]
    while chain[-1] in step:
        chain.append(step[chain[-1]])
    return chain


def _closure(names: Iterable[str], step: dict[str, str]) -> Set:
    return frozenset(above for name in names for above in _upward(name, step))


# --- What a case says ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Facts:
    date: str
    outpatient: bool
    conditions: Set
    screened: bool
    present: Set
    undecided: Set


def _coded(case: Case, kind: str) -> set[str]:
    """The concepts of one kind that the diagnosis codes stand for."""
    return {
        concept
        for code in case.get("diagnoses", [])
        for prefix, (its_kind, concept) in ICD10.items()
        if its_kind == kind and code.startswith(prefix)
    }


def _recorded(case: Case) -> dict[str, Any]:
    """Findings and quantities without their sources."""
    return {
        name: entry.get("status", entry.get("value")) if isinstance(entry, dict) else entry
        for name, entry in case.get("findings", {}).items()
    }


def _documented(case: Case) -> tuple[set[str], set[str]]:
    """The findings that the case itself says are present, and those it says are absent."""
    recorded = _recorded(case)
    present = {name for name, status in recorded.items() if status == "present"}
    absent = {name for name, status in recorded.items() if status == "absent"}
    return present | _coded(case, "finding"), absent


def _facts(case: Case) -> _Facts:
    stated, absent = _documented(case)
    recorded = _recorded(case)
    reached = {name for name in QUANTITIES if recorded.get(name, 0) >= WEEKS_NEEDED}
    present = _closure(stated, IMPLIES) | reached
    free = {name for name in FINDINGS if absent.isdisjoint(_upward(name, IMPLIES))}
    free |= {name for name in QUANTITIES if name not in recorded}
    screening = case.get("purpose", "diagnosis") == "screening"
    return _Facts(
        date=case["date_of_service"],
        outpatient=case["setting"] in ("outpatient", "office"),
        conditions=_closure({*case.get("conditions", []), *_coded(case, "condition")}, IS_A),
        screened=screening and present.isdisjoint(SYMPTOMS),
        present=present,
        undecided=frozenset(free) - present,
    )


def contradictions(case: Case) -> list[tuple[str, str]]:
    """Pairs of a finding documented present and one it implies, or is, documented absent."""
    present, absent = _documented(case)
    pairs = {(name, other) for name in present for other in _upward(name, IMPLIES)}
    return sorted(pair for pair in pairs if pair[1] in absent)


# --- Sessions --------------------------------------------------------------------------------


def _in_force(code: str, on: str) -> bool:
    return on >= CODE_FROM.get(code, "")


def _session(service: dict[str, Any]) -> int:
    return int(service.get("session", 1))


def _requested(case: Case) -> dict[int, Set]:
    """The kinds of study asked for in each session, by codes in force only."""
    on = case["date_of_service"]
    kinds: dict[int, Set] = {}
    for service in case["services"]:
        code, session = service["cpt"], _session(service)
        kind = {KINDS[code]} if code in KINDS and _in_force(code, on) else set()
        kinds[session] = kinds.get(session, frozenset()) | kind
    return kinds


# --- Statements ------------------------------------------------------------------------------

Test = Callable[[Set], bool]


def _any(facts: Set, *names: str) -> bool:
    return not facts.isdisjoint(names)


def _splinted(weeks: str) -> Test:
    """Conservative treatment has failed, or the examination waives it."""
    return lambda facts: _any(facts, *WAIVER) or ("refractory_to_activity_modification" in facts and weeks in facts)


def _always(_: Set) -> bool:
    return True


def _guides(also: Test = _always) -> Test:
    return lambda facts: "results_guide_management" in facts and also(facts)


def _refractory_symptoms(facts: Set) -> bool:
    return (
        _any(facts, "symptoms_persistent", "symptoms_progressive") and "refractory_to_conventional_treatment" in facts
    )


def _unexplained(facts: Set) -> bool:
    return _any(facts, "neuropathic_pain", "sensory_loss_on_exam", "motor_loss_on_exam")


def _lasting(facts: Set) -> bool:
    return _any(facts, "symptoms_persistent", "unresponsive_to_conservative_treatment")


INDICATIONS: dict[str, tuple[str, Test]] = {
    "I.1": ("unexplained_peripheral_neuropathy", _unexplained),
    "I.2": ("traumatic_neuropathy", _always),
    "I.3.a": ("hiv", _guides(lambda facts: "symptoms_of_neuropathy" in facts)),
    "I.3.b": ("mononeuropathy", _guides()),
    "I.3.c": ("diabetes", _guides(_refractory_symptoms)),
    "I.3.d": ("dialysis", _guides()),
    "I.3.e": ("neuropathy_causing_condition", _guides()),
    "I.4.a": ("carpal_tunnel_syndrome", _splinted("wrist_splint_weeks")),
    "I.4.b": ("ulnar_neuropathy", _splinted("elbow_splint_weeks")),
    "I.4.c": ("radiculopathy", _lasting),
    "I.4.d": ("plexopathy", _lasting),
    "I.4.e": ("tarsal_tunnel_syndrome", _lasting),
    "I.4.f": ("fibular_neuropathy", _lasting),
    "I.4.g": ("other_entrapment_neuropathy", _lasting),
    "I.5.a": ("motor_neuron_disease", _always),
    "I.5.b": ("myopathy", _always),
}
# What stands for a statement that asks nothing of the findings.
NOTHING = "nothing"


def _meets(ground: str, facts: Set) -> bool:
    return ground == NOTHING or (_any(facts, *SIGNS) and INDICATIONS[ground][1](facts))


# Which statement would cover the line, and the findings of which indication it waits for.
Grounds = frozenset[tuple[str, str]]


def _outpatient_grounds(facts: _Facts, kind: str, kinds: Set) -> set[tuple[str, str]]:
    suspected = {name for name, (of, _) in INDICATIONS.items() if of in facts.conditions}
    if {"emg", "ncs"} <= kinds:
        return {(name, name) for name in suspected} if kind in ("emg", "ncs") else set()
    if kind == "ncs":
        grounds = {("III.3", name) for name in suspected & {"I.4.a"}}
        for of, statement in (("anticoagulant_therapy", "III.1"), ("lymphedema", "III.2")):
            grounds |= {(statement, name) for name in suspected if of in facts.conditions}
        return grounds
    if kind == "emg" and "radiculopathy" in facts.conditions:
        return {("IV", NOTHING)}
    return set()


def _grounds(facts: _Facts, kind: str, kinds: Set) -> Grounds:
    # Every criterion excludes screening without symptoms, and that test reads the
    # documentation as it stands in both worlds, so it is settled before the findings are.
    if facts.screened:
        return frozenset()
    grounds = _outpatient_grounds(facts, kind, kinds) if facts.outpatient else set()
    junction = facts.date >= NMJ_FROM and "nmj_disease" in facts.conditions
    if junction and "emg" in kinds and _any(kinds, "ncs", "rns"):
        grounds.add(("II", NOTHING))
    return frozenset(grounds)


def _met(grounds: Grounds, facts: Set) -> list[str]:
    return sorted({statement for statement, ground in grounds if _meets(ground, facts)})


# --- Refusals --------------------------------------------------------------------------------


def _not_addressed(facts: _Facts, code: str) -> str | None:
    """The first reason why no statement speaks of the line."""
    kind = KINDS.get(code, "")
    spoken_of_anywhere = kind == "rns" or (facts.date >= NMJ_FROM and "nmj_disease" in facts.conditions)
    reasons = (
        ("code_not_listed", code not in KINDS),
        ("no_criteria_for_code", kind == "none"),
        ("edition_not_modelled", facts.date < MODELLED_FROM),
        ("code_not_in_force", not _in_force(code, facts.date)),
        ("statement_not_in_force", kind == "rns" and facts.date < NMJ_FROM),
        ("setting_not_addressed", not facts.outpatient and not spoken_of_anywhere),
    )
    return next((reason for reason, applies in reasons if applies), None)


def _refusals(facts: _Facts, kind: str, kinds: Set) -> list[str]:
    """The statements by which a line that no criterion covers is not necessary."""
    has = facts.conditions
    study = kind in ("emg", "ncs")
    clinic = study and facts.outpatient
    both = {"emg", "ncs"} <= kinds
    pain = clinic and facts.date >= PAIN_FROM
    nmj = facts.date >= NMJ_FROM
    applies = {
        "X1": clinic and both,
        "X1.screening": clinic and both and facts.screened,
        "X2": clinic and not both and kind == "ncs",
        "X3": clinic and not both and kind == "emg",
        "X4": nmj and (kind == "rns" or "nmj_disease" in has),
        "X5.back_pain": pain and "back_pain" in has and "radiculopathy" not in has,
        "X5.headache": pain and "headache" in has and "cranial_nerve_disorder" not in has,
    }
    return sorted(name for name, holds in applies.items() if holds)


# --- What is missing -------------------------------------------------------------------------

# The longest indication waits for four findings (I.3.c: a sign, guidance, the course and the
# treatment), so no minimal set is larger.
MOST_NEEDED = 4


def _variants(members: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """The set with one member dropped, or replaced by a finding that it implies."""
    for at, member in enumerate(members):
        rest = members[:at] + members[at + 1 :]
        yield rest
        for weaker in _upward(member, IMPLIES)[1:]:
            yield (*rest, weaker)


def _extensions(members: tuple[str, ...], names: list[str], above: dict[str, Set]) -> Iterable[tuple[str, ...]]:
    """The sets with one later name more, of which no member implies another."""
    start = names.index(members[-1]) + 1 if members else 0
    for name in names[start:]:
        if all(name not in above[one] and one not in above[name] for one in members):
            yield (*members, name)


@lru_cache(maxsize=4096)
def _minimal_sets(waited_for: Set, present: Set, undecided: Set) -> tuple[tuple[str, ...], ...]:
    """Every minimal set that meets one of the indications, by trying them all, smallest first."""
    names = sorted(undecided)
    above = {name: frozenset(_upward(name, IMPLIES)) for name in FINDINGS + QUANTITIES}

    def enough(members: tuple[str, ...]) -> bool:
        facts = present.union(*(above[name] for name in members))
        return any(_meets(ground, facts) for ground in waited_for)

    found: list[tuple[str, ...]] = []
    short: list[tuple[str, ...]] = [()]
    for _ in range(MOST_NEEDED):
        tried = [more for members in short for more in _extensions(members, names, above)]
        # Adding to a set that is enough gives a set with a member to drop: not pursued.
        short = []
        for members in tried:
            if not enough(members):
                short.append(members)
            elif not any(map(enough, _variants(members))):
                found.append(members)
    return tuple(found)


def _missing(grounds: Grounds, facts: _Facts) -> list[list[Need]]:
    waited_for = frozenset(ground for _, ground in grounds)
    sets = _minimal_sets(waited_for, facts.present, facts.undecided)
    needs = dict.fromkeys(FINDINGS, "present") | dict.fromkeys(QUANTITIES, f">= {WEEKS_NEEDED}")
    pairs = [[(name, needs[name]) for name in sorted(members)] for members in sets]
    pairs.sort(key=lambda members: (len(members), members))
    return [[{"finding": name, "needs": need} for name, need in members] for members in pairs]


# --- Judgement -------------------------------------------------------------------------------


def _judge_line(facts: _Facts, service: dict[str, Any], kinds: Set, world: str) -> Line:
    code = service["cpt"]
    line = Line(cpt=code, session=_session(service), outcome="not_addressed", by=[], reason=None, missing=[])
    line["reason"] = _not_addressed(facts, code)
    if line["reason"]:
        return line
    grounds = _grounds(facts, KINDS[code], kinds)
    line["by"] = _met(grounds, facts.present)
    if line["by"]:
        line["outcome"] = "medically_necessary"
    # No statement of necessity is lost by a finding, so a line unmet when all that is
    # undocumented is present is unmet in every completion, and one met without is met in all.
    elif world == "open" and _met(grounds, facts.present | facts.undecided):
        line["outcome"] = "more_information_needed"
        line["missing"] = _missing(grounds, facts)
    else:
        line["outcome"] = "not_medically_necessary"
        line["by"] = _refusals(facts, KINDS[code], kinds)
    return line


def judge(case: Case, world: str) -> list[Line]:
    """One answer for each service line, in order, in the "open" or the "closed" world."""
    if world not in ("open", "closed"):
        raise ValueError(world)
    facts, kinds = _facts(case), _requested(case)
    return [_judge_line(facts, service, kinds[_session(service)], world) for service in case["services"]]


# --- Advisories ------------------------------------------------------------------------------


def _counted(case: Case) -> list[dict[str, int]]:
    """Units of each code that counts, session by session."""
    on = case["date_of_service"]
    sessions: dict[int, dict[str, int]] = {}
    for service in case["services"]:
        code = service["cpt"]
        if on >= MODELLED_FROM and _in_force(code, on):
            units = sessions.setdefault(_session(service), {})
            units[code] = units.get(code, 0) + service.get("units", 1)
    return list(sessions.values())


def _session_advisories(units: dict[str, int], studies: int | None) -> set[str]:
    def total(codes: Iterable[str]) -> int:
        return sum(units.get(code, 0) for code in codes)

    bands = [NCS_BANDS[code] for code in NCS if code in units]
    ncs = bool(bands)
    applies = {
        "ncs-codes": total(NCS) > 1,
        "ncs-band": studies is not None and any(not a <= studies <= b for a, b in bands),
        "with-ncs-code-alone": total(EMG_WITH_NCS) > 0 and not ncs,
        "emg-code-beside-ncs": total(EMG_STAND_ALONE) > 0 and ncs,
        "extremity-units": total(("95885", "95886")) > LIMBS,
        "extremity-codes": total(EMG_EXTREMITIES) > 1,
        "ncs-alone": ncs and total(EMG) == 0,
    }
    return {name for name, holds in applies.items() if holds}


def advisories(case: Case) -> set[str]:
    """The ids of the advisories that the case draws."""
    techniques = set(case.get("techniques", []))
    carpal = "carpal_tunnel_syndrome" in _facts(case).conditions
    sessions = _counted(case)
    found = {name for units in sessions for name in _session_advisories(units, case.get("ncs_studies"))}
    if "standardized_battery" in techniques:
        found.add("standardized-battery")
    if carpal and not techniques.isdisjoint(CTS_TECHNIQUES):
        found.add("cts-technique")
    if carpal and any(code in (*EMG, *NCS) for units in sessions for code in units):
        found.add("cts-6")
    return found


# --- Random cases ----------------------------------------------------------------------------

BOUNDARIES = (MODELLED_FROM, "2012-01-01", "2013-01-01", NMJ_FROM, PAIN_FROM)
SETTINGS = ("outpatient", "office", "inpatient", "emergency")
UNLISTED = ("99999", "95905", "95866", "95999")
NEAR_MISSES = (
    *("R20.2", "Z79.02", "R75", "M54.2", "M54.41", "G56.40", "G57.70", "G12.1", "N18.5", "G54.6"),
    *("E12", "G62", "G60", "G73.7", "G64", "M62.82", "R53.83", "Q82.1", "I97.1", "S34.5", "A05.0"),
    *("R20", "M62.8", "M05.60", "M60.0", "O98.6", "Z79.0", "M50.20", "M51.26", "S14.1", "Z79.4"),
)
# A condition, and the findings to have one of each; a target is met when all are present.
_SIGN = (*WAIVER, "sensory_loss_on_exam", "motor_loss_on_exam", "atrophy_on_exam", *SIGNS)
_LASTING = ("symptoms_persistent", "unresponsive_to_conservative_treatment")
_GUIDES = ("results_guide_management",)
_TARGETS: dict[str, tuple[str, tuple[tuple[str, ...], ...]]] = {
    "I.1": (
        "unexplained_peripheral_neuropathy",
        (("neuropathic_pain", "sensory_loss_on_exam", "motor_loss_on_exam"), _SIGN),
    ),
    "I.2": ("traumatic_neuropathy", (_SIGN,)),
    "I.3.a": ("hiv", (_GUIDES, _SIGN)),
    "I.3.b": ("mononeuropathy", (_GUIDES, _SIGN)),
    "I.3.c": (
        "diabetes",
        (
            _GUIDES,
            ("symptoms_persistent", "symptoms_progressive"),
            ("refractory_to_conventional_treatment",),
            _SIGN,
        ),
    ),
    "I.3.d": ("dialysis", (_GUIDES, _SIGN)),
    "I.3.e": ("neuropathy_causing_condition", (_GUIDES, _SIGN)),
    "I.4.a": (
        "carpal_tunnel_syndrome",
        (("refractory_to_activity_modification",), ("wrist_splint_weeks",), _SIGN),
    ),
    "I.4.b": (
        "ulnar_neuropathy",
        (("refractory_to_activity_modification",), ("elbow_splint_weeks",), _SIGN),
    ),
    "I.4.c": ("radiculopathy", (_LASTING, _SIGN)),
    "I.4.d": ("plexopathy", (_LASTING, _SIGN)),
    "I.4.e": ("tarsal_tunnel_syndrome", (_LASTING, _SIGN)),
    "I.4.f": ("fibular_neuropathy", (_LASTING, _SIGN)),
    "I.4.g": ("other_entrapment_neuropathy", (_LASTING, _SIGN)),
    "I.5.a": ("motor_neuron_disease", (_SIGN,)),
    "I.5.b": ("myopathy", (_SIGN,)),
    "II": ("nmj_disease", ()),
    "IV": ("radiculopathy", ()),
    "X5.back_pain": ("back_pain", ()),
    "X5.headache": ("headache", ()),
}
# Conditions that make the difference beside another one.
_COMPANIONS = ("anticoagulant_therapy", "lymphedema", "nmj_disease", "back_pain", "headache")
_CONFIGURATIONS = (
    *(("emg", "ncs"), ("emg", "ncs"), ("ncs",), ("ncs",), ("emg",), ("emg",), ("rns",)),
    *(("emg", "rns"), ("ncs", "rns"), ("emg", "ncs", "rns"), ("other",), ("emg", "ncs", "other")),
)


def _random_date(rng: random.Random) -> str:
    if rng.random() < 0.65:
        return (date(2025, 1, 1) + timedelta(rng.randrange(365))).isoformat()
    around = date.fromisoformat(rng.choice(BOUNDARIES))
    return (around + timedelta(rng.choice((-1, 0, 1)))).isoformat()


def _random_code(rng: random.Random, kind: str) -> str:
    pool = {"emg": EMG, "ncs": NCS, "rns": RNS, "other": NO_CRITERIA + UNLISTED}
    if kind == "other" and rng.random() < 0.4:
        return NO_CRITERIA[0]
    if kind == "emg" and rng.random() < 0.2:
        return rng.choice(("95885", "95886"))
    return rng.choice(pool[kind])


def _random_services(rng: random.Random, target: str) -> list[dict[str, Any]]:
    services: list[dict[str, Any]] = []
    for session in range(1, rng.choices((1, 2, 3), (70, 20, 10))[0] + 1):
        kinds = rng.choice(_CONFIGURATIONS)
        if target.startswith("I.") and rng.random() < 0.5:
            kinds = ("emg", "ncs") if rng.random() < 0.65 else ("ncs",)
        for kind in kinds:
            for _ in range(rng.choices((1, 2, 3), (75, 20, 5))[0]):
                service: dict[str, Any] = {"cpt": _random_code(rng, kind)}
                if rng.random() < 0.4:
                    service["units"] = rng.choice((1, 1, 2, 3, 4, 5))
                if session > 1 or rng.random() < 0.3:
                    service["session"] = session
                services.append(service)
    if rng.random() < 0.3:
        rng.shuffle(services)
    return services


def _descendant(rng: random.Random, prefix: str) -> str:
    """The code itself or a longer one: at most four characters follow the point."""
    stem, _, tail = prefix.partition(".")
    tail += "".join(rng.choice("0123456789") for _ in range(rng.choice((0, 0, 1, 2))))
    if stem.startswith("S") and rng.random() < 0.7:
        tail = f"{tail[:3] or rng.choice('0123'):X<3}A"
    return f"{stem}.{tail[:4]}" if tail else stem


def _express(rng: random.Random, condition: str, case: Case) -> None:
    """State a condition by its id, by one that is a kind of it, or by a code."""
    kinds = [name for name in CONDITIONS if condition in _upward(name, IS_A)]
    name = condition if rng.random() < 0.5 else rng.choice(kinds)
    prefixes = _CONDITION_CODES[name].split()
    if prefixes and rng.random() < 0.5:
        case["diagnoses"].append(_descendant(rng, rng.choice(prefixes)))
    else:
        case["conditions"].append(name)


def _add_diagnoses(rng: random.Random, target: str, case: Case) -> None:
    if rng.random() < 0.92:
        _express(rng, _TARGETS[target][0], case)
    if rng.random() < 0.35:
        _express(rng, rng.choice(_COMPANIONS), case)
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 3))):
        _express(rng, rng.choice(CONDITIONS), case)
    if rng.random() < 0.25:
        case["diagnoses"].append(rng.choice(NEAR_MISSES))
    if rng.random() < 0.15:
        case["diagnoses"].append(_descendant(rng, rng.choice(tuple(ICD10))))
    for key in ("conditions", "diagnoses"):
        # Not by way of a set, whose order would change the case from run to run.
        case[key] = list(dict.fromkeys(case[key]))
        rng.shuffle(case[key])


def _document(rng: random.Random, name: str, met: bool, findings: dict[str, Any]) -> None:
    value: str | int = "present" if met else "absent"
    if name in QUANTITIES:
        value = rng.randint(WEEKS_NEEDED, 8) if met else rng.randint(0, WEEKS_NEEDED - 1)
    if rng.random() < 0.15:
        key = "value" if name in QUANTITIES else "status"
        findings[name] = {key: value, "source": f"note {rng.randint(1, 9)}"}
    else:
        findings[name] = value


def _random_findings(rng: random.Random, target: str) -> dict[str, Any]:
    findings: dict[str, Any] = {}
    likely = rng.choice((0.4, 0.75, 0.95))
    for group in _TARGETS[target][1]:
        roll = rng.random()
        if roll < likely or roll > 0.96:
            _document(rng, rng.choice(group), roll < likely, findings)
    density, share = rng.choice((0, 0, 0.1, 0.3, 0.8)), rng.choice((0.1, 0.5, 0.9))
    for name in rng.sample(FINDINGS + QUANTITIES, len(FINDINGS + QUANTITIES)):
        if name not in findings and rng.random() < density:
            _document(rng, name, rng.random() > share, findings)
            # A dense chart would hardly ever be free of contradiction by chance.
            if contradictions({"findings": findings}):
                del findings[name]
    return findings


def _draw(rng: random.Random) -> Case:
    target = rng.choice(tuple(_TARGETS))
    case: Case = {
        "id": f"random-{rng.randrange(10**8):08d}",
        "date_of_service": _random_date(rng),
        "setting": rng.choices(SETTINGS, (55, 25, 12, 8))[0],
        "services": _random_services(rng, target),
        "diagnoses": [],
        "conditions": [],
        "techniques": rng.sample(TECHNIQUES, rng.choice((0, 0, 0, 1, 2))),
        "findings": _random_findings(rng, target) if rng.random() < 0.93 else {},
    }
    if rng.random() < 0.3:
        case["purpose"] = rng.choice(("diagnosis", "screening"))
    if rng.random() < 0.3:
        case["ncs_studies"] = rng.randint(1, 15)
    if rng.random() < 0.2:
        case["title"] = f"Drawn for {target}"
    _add_diagnoses(rng, target, case)
    return {key: value for key, value in case.items() if value != [] or rng.random() < 0.5}


def generate(rng: random.Random) -> Case:
    """Draw a valid case without contradictions, more often than not close to a criterion."""
    while True:
        case = _draw(rng)
        if not contradictions(case):
            return case
