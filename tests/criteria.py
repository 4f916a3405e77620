"""Judges a case by the coverage guideline in plain Python, and draws random cases to judge."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product
from operator import itemgetter
from typing import Any, TypedDict

Case = dict[str, Any]
Set = frozenset[str]


class Need(TypedDict):
    """One finding to document or condition to state, and what it has to say."""

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
TEN_YEARS = 520  # in weeks
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

MODELLED_FROM = "2013-01-01"
NMJ_FROM = "2015-05-07"
PAIN_FROM = "2017-11-02"

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
    "traumatic_neuropathy": (
        "S04.1 S04.2 S04.3 S04.4 S04.5 S04.7 S04.89 S04.9 S14.2 S14.3 S14.4 S24.2 S24.3 "
        "S34.2 S34.3 S34.4 S34.6 S44 S54 S64 S74 S84 S94"
    ),
    "hiv": "B20 O98.7 Z21",
    "mononeuropathy": "G56.8 G56.9 G57.8 G57.9 G58 G59",
    "cranial_nerve_disorder": "G50 G51 G52 G53 H49.0 H49.1 H49.2 S04.1 S04.2 S04.3 S04.4 S04.5 S04.7 S04.89 S04.9",
    "bells_palsy": "G51.0",
    "diabetes": "E08 E09 E10 E11 E13",
    "dialysis": "N18.6 Z49 Z99.2",
    "neuropathy_causing_condition": "G62.0 G62.1 G62.2 G62.8 G63 G65.2 M05.5",
    "hereditary_neuropathy": "G60.0 G60.1 G60.2 G60.8",
    "inflammatory_polyneuropathy": "G61 G65.0 G65.1",
    "carpal_tunnel_syndrome": "G56.0",
    "ulnar_neuropathy": "G56.2",
    "radiculopathy": "G54.2 G54.3 G54.4 G54.8 G54.9 G55 M47.2 M50.1 M51.1 M54.1 M54.3 M54.4 S14.2 S24.2 S34.2 S34.3",
    "plexopathy": "G54.0 G54.1 G54.5 G54.8 G54.9 G55 S14.3 S34.4",
    "thoracic_outlet_syndrome": "",
    "tarsal_tunnel_syndrome": "G57.5",
    "fibular_neuropathy": "G57.3",
    "other_entrapment_neuropathy": "G56.1 G56.3 G57.0 G57.1 G57.2 G57.4 G57.6",
    "motor_neuron_disease": "G12",
    "myopathy": (
        "G71 G72 G73.7 M33.00 M33.01 M33.02 M33.09 M33.10 M33.11 M33.12 M33.19 M33.2 "
        "M33.90 M33.91 M33.92 M33.99 M36.0 M60.0 M60.1 M60.8 M60.9"
    ),
    "nmj_disease": "G70 G73.3",
    "myasthenia_gravis": "G70.0",
    "lambert_eaton_syndrome": "G70.80 G70.81 G73.1",
    "botulism": "A05.1 A48.5",
    "back_pain": "M54.4 M54.5 M54.6 M54.89 M54.9",
    "headache": "G43.0 G43.1 G43.4 G43.5 G43.6 G43.7 G43.8 G43.9 G43.B G43.C G44 R51",
    "other_condition": "",
    "anticoagulant_therapy": "Z79.01",
    "lymphedema": "I89.0 I97.2 Q82.0",
}
_FINDING_CODES = {
    "sensory_loss": "R20.0 R20.1",
    "weakness": "M62.81 R53.1",
    "muscle_atrophy": "M62.5",
}
CONDITIONS = tuple(_CONDITION_CODES)
# A code means what every prefix of it means, and one prefix may mean several things.
ICD10 = frozenset(
    (prefix, kind, concept)
    for kind, table in (("condition", _CONDITION_CODES), ("finding", _FINDING_CODES))
    for concept, prefixes in table.items()
    for prefix in prefixes.split()
)
# What goes with a condition to be tested for, and is none itself.
ATTENDING = ("anticoagulant_therapy", "lymphedema")
PAINS = ("back_pain", "headache")
TESTED_FOR = frozenset(CONDITIONS) - {*ATTENDING}
# The conditions that a criterion of I, II or IV speaks of.
SPOKEN_OF = TESTED_FOR - {*PAINS, "other_condition"}

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
    "symptoms_persistent": "related_symptoms",
    "symptoms_progressive": "related_symptoms",
    "refractory_to_conventional_treatment": "related_symptoms",
    "unresponsive_to_conservative_treatment": "related_symptoms",
    "refractory_to_activity_modification": "related_symptoms",
}
SYMPTOMS = (*IMPLIES, "related_symptoms")
FINDINGS = (*SYMPTOMS, "results_guide_management")
QUANTITIES = ("wrist_splint_weeks", "elbow_splint_weeks")
# The only threshold on weeks; a quantity's name among the facts says that it is reached.
WEEKS_NEEDED = 4
OUTPATIENT = ("outpatient", "office")
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


# No name is a condition and a finding too, so what leads where can be asked of both at once.
STEPS = IMPLIES | IS_A


def chain(name: str) -> list[str]:
    """A finding and all that it implies, or a condition and all that it is."""
    names = [name]
    while names[-1] in STEPS:
        names.append(STEPS[names[-1]])
    return names


def above(names: Iterable[str]) -> Set:
    """The names and all that they lead to."""
    return frozenset(each for name in names for each in chain(name))


# --- What a case says ------------------------------------------------------------------------


@dataclass(frozen=True)
class Facts:
    """What is so, and what is not known; scope and X4 go by the conditions that are stated."""

    date: str
    outpatient: bool
    screened: bool
    stated: Set
    known: Set
    unknown: Set


def _plain(code: str) -> str:
    """A diagnosis code as it is compared: trimmed, in capitals, without the point."""
    return code.strip().upper().replace(".", "")


@cache
def meanings(code: str) -> frozenset[tuple[str, str]]:
    """Kind and concept of all that a diagnosis code stands for."""
    return frozenset((kind, concept) for prefix, kind, concept in ICD10 if _plain(code).startswith(_plain(prefix)))


def _coded(case: Case, kind: str) -> set[str]:
    """The concepts of one kind that the diagnosis codes stand for."""
    return {concept for code in case.get("diagnoses", []) for of, concept in meanings(code) if of == kind}


def stated(case: Case) -> Set:
    """The conditions that the case names, or codes, and what they are."""
    return above({*case.get("conditions", []), *_coded(case, "condition")})


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


def weeks(case: Case) -> dict[str, int]:
    """The quantities that the case gives."""
    return {name: value for name, value in _recorded(case).items() if name in QUANTITIES}


def present(case: Case) -> Set:
    """The findings that are documented present, by themselves, by a code or by implication."""
    return above(_documented(case)[0])


def _undocumented(case: Case) -> Set:
    """The findings and quantities that may be so or not."""
    _, absent = _documented(case)
    free = {name for name in FINDINGS if absent.isdisjoint(chain(name))} - present(case)
    return frozenset(free) | (set(QUANTITIES) - weeks(case).keys())


def _unstated(case: Case) -> Set:
    """The conditions that may be so or not: all that are not stated, unless one settles them (INT-15)."""
    settling = TESTED_FOR if present(case).isdisjoint(SIGNS) else TESTED_FOR - {*PAINS}
    return TESTED_FOR - stated(case) if stated(case).isdisjoint(settling) else frozenset()


def read(case: Case, world: str) -> Facts:
    """What a case says, in the "open" or the "closed" world."""
    reached = {name for name, value in weeks(case).items() if value >= WEEKS_NEEDED}
    screening = case.get("purpose", "diagnosis") == "screening"
    return Facts(
        date=case["date_of_service"],
        outpatient=case.get("setting") in OUTPATIENT,
        screened=screening and present(case).isdisjoint(SYMPTOMS),
        stated=stated(case),
        known=stated(case) | present(case) | reached,
        unknown=_undocumented(case) | _unstated(case) if world == "open" else frozenset(),
    )


def contradictions(case: Case) -> list[tuple[str, str]]:
    """Pairs of a finding documented present and one it implies, or is, documented absent."""
    said, absent = _documented(case)
    return sorted((name, other) for name in said for other in chain(name) if other in absent)


# --- Sessions --------------------------------------------------------------------------------


def _session(service: dict[str, Any]) -> int:
    return int(service.get("session", 1))


def _requested(case: Case) -> dict[int, Set]:
    """The kinds of study asked for in each session."""
    kinds: dict[int, Set] = {}
    for service in case["services"]:
        session = _session(service)
        kinds[session] = kinds.get(session, frozenset()) | {KINDS.get(service["cpt"], "none")}
    return kinds


# --- Criteria --------------------------------------------------------------------------------

# A criterion is met by any one of its alternatives, each a set of facts that all have to hold.
Alternatives = frozenset[Set]


def _alternatives(*groups: tuple[str, ...]) -> Alternatives:
    """One fact of every group."""
    return frozenset(map(frozenset, product(*groups)))


def _indication(condition: str, *groups: tuple[str, ...]) -> Alternatives:
    """An indication of I: the condition, a sign of neuropathy (INT-1), and one of every other group."""
    return _alternatives((condition,), SIGNS, *groups)


def _entrapment(condition: str, weeks: str) -> Alternatives:
    """I.4.a and I.4.b: conservative treatment has failed, or the examination waives it (N0, INT-12)."""
    treated = _indication(condition, ("refractory_to_activity_modification",), (weeks,))
    return treated | _indication(condition, WAIVER)


GUIDES = ("results_guide_management",)
LASTING = ("symptoms_persistent", "unresponsive_to_conservative_treatment")
INDICATIONS: dict[str, Alternatives] = {
    "I.1": _indication(
        "unexplained_peripheral_neuropathy", ("neuropathic_pain", "sensory_loss_on_exam", "motor_loss_on_exam")
    ),
    "I.2": _indication("traumatic_neuropathy"),
    "I.3.a": _indication("hiv", GUIDES, ("symptoms_of_neuropathy",)),
    "I.3.b": _indication("mononeuropathy", GUIDES),
    "I.3.c": _indication(
        "diabetes",
        GUIDES,
        ("symptoms_persistent", "symptoms_progressive"),
        ("refractory_to_conventional_treatment",),
    ),
    "I.3.d": _indication("dialysis", GUIDES),
    "I.3.e": _indication("neuropathy_causing_condition", GUIDES),
    "I.4.a": _entrapment("carpal_tunnel_syndrome", "wrist_splint_weeks"),
    "I.4.b": _entrapment("ulnar_neuropathy", "elbow_splint_weeks"),
    "I.4.c": _indication("radiculopathy", LASTING),
    "I.4.d": _indication("plexopathy", LASTING),
    "I.4.e": _indication("tarsal_tunnel_syndrome", LASTING),
    "I.4.f": _indication("fibular_neuropathy", LASTING),
    "I.4.g": _indication("other_entrapment_neuropathy", LASTING),
    "I.5.a": _indication("motor_neuron_disease"),
    "I.5.b": _indication("myopathy"),
}


def _any_indication_with(condition: str) -> Alternatives:
    return frozenset(each | {condition} for alternatives in INDICATIONS.values() for each in alternatives)


NCS_ALONE = {
    "III.1": _any_indication_with("anticoagulant_therapy"),
    "III.2": _any_indication_with("lymphedema"),
    "III.3": INDICATIONS["I.4.a"],
}
EMG_ALONE = {"IV": _alternatives(("radiculopathy",))}
JUNCTION = {"II": _alternatives(("nmj_disease",))}


def _criteria(facts: Facts, kind: str, kinds: Set) -> dict[str, Alternatives]:
    """The statements that could make a line of this kind necessary."""
    # Every criterion excludes screening without symptoms, and that test reads the
    # documentation as it stands in both worlds, so it is settled before the findings are.
    if facts.screened:
        return {}
    both = {"emg", "ncs"} <= kinds
    found: dict[str, Alternatives] = {}
    if facts.outpatient and both and kind in ("emg", "ncs"):
        found |= INDICATIONS
    if facts.outpatient and not both and kind == "ncs":
        found |= NCS_ALONE
    if facts.outpatient and not both and kind == "emg":
        found |= EMG_ALONE
    if facts.date >= NMJ_FROM and (both or {"emg", "rns"} <= kinds):
        found |= JUNCTION
    return found


def _met(criteria: dict[str, Alternatives], facts: Set) -> list[str]:
    return sorted(name for name, alternatives in criteria.items() if any(each <= facts for each in alternatives))


# --- Refusals --------------------------------------------------------------------------------


def _not_addressed(facts: Facts, code: str) -> str | None:
    """The first reason why no statement speaks of the line."""
    kind = KINDS.get(code, "")
    spoken_of_anywhere = kind == "rns" or (facts.date >= NMJ_FROM and "nmj_disease" in facts.stated)
    reasons = (
        ("code_not_listed", code not in KINDS),
        ("no_criteria_for_code", kind == "none"),
        ("edition_not_modelled", facts.date < MODELLED_FROM),
        ("statement_not_in_force", kind == "rns" and facts.date < NMJ_FROM),
        ("setting_not_addressed", not facts.outpatient and not spoken_of_anywhere),
    )
    return next((reason for reason, applies in reasons if applies), None)


def _refusals(facts: Facts, kind: str, kinds: Set) -> list[str]:
    """The statements by which a line that no criterion covers is surely not necessary."""
    clinic = kind in ("emg", "ncs") and facts.outpatient
    both = {"emg", "ncs"} <= kinds
    other = clinic and facts.date >= PAIN_FROM and SPOKEN_OF.isdisjoint(facts.stated | facts.unknown)
    applies = {
        "X1": clinic and both,
        "X1.screening": clinic and both and facts.screened,
        "X2": clinic and not both and kind == "ncs",
        "X3": clinic and not both and kind == "emg",
        "X4": facts.date >= NMJ_FROM and (kind == "rns" or "nmj_disease" in facts.stated),
        "X5": other and "other_condition" in facts.stated,
        "X5.back_pain": other and "back_pain" in facts.stated,
        "X5.headache": other and "headache" in facts.stated,
    }
    return sorted(name for name, holds in applies.items() if holds)


# --- What is missing -------------------------------------------------------------------------


def _strongest(names: Set) -> Set:
    """The facts without those that another of them implies."""
    return names - {implied for name in names for implied in chain(name)[1:]}


def _weakened(members: Set) -> Iterable[Set]:
    """The set with one member dropped, or replaced by what it implies or is."""
    for member in members:
        yield members - {member}
        for weaker in chain(member)[1:]:
            yield members - {member} | {weaker}


def _minimal_sets(criteria: Iterable[Alternatives], facts: Facts) -> set[Set]:
    """Every set of unknown facts that is enough, and is not when weakened."""
    lacking = {each - facts.known for alternatives in criteria for each in alternatives}
    lacking = {each for each in lacking if each <= facts.unknown}

    def enough(members: Set) -> bool:
        holding = facts.known | above(members)
        return any(each <= holding for each in lacking)

    return {each for each in map(_strongest, lacking) if not any(map(enough, _weakened(each)))}


def _need(name: str) -> Need:
    """What has to be said of a finding, a quantity or a condition."""
    if name in QUANTITIES:
        return {"finding": name, "needs": f">= {WEEKS_NEEDED}"}
    return {"finding": name, "needs": "stated" if name in CONDITIONS else "present"}


def _missing(criteria: dict[str, Alternatives], facts: Facts) -> list[list[Need]]:
    """The minimal sets, smallest first, then by the names in them."""
    sets = sorted(map(sorted, _minimal_sets(criteria.values(), facts)), key=lambda members: (len(members), members))
    return [[_need(name) for name in members] for members in sets]


# --- Judgement -------------------------------------------------------------------------------


def _judge_line(facts: Facts, service: dict[str, Any], kinds: Set) -> Line:
    code = service["cpt"]
    line = Line(cpt=code, session=_session(service), outcome="not_addressed", by=[], reason=None, missing=[])
    line["reason"] = _not_addressed(facts, code)
    if line["reason"]:
        return line
    criteria = _criteria(facts, KINDS[code], kinds)
    line["by"] = _met(criteria, facts.known)
    if line["by"]:
        line["outcome"] = "medically_necessary"
    # No statement of necessity is lost by a finding or a condition, so a line unmet when all that
    # is unknown holds is unmet in every completion, and one met without is met in all.
    elif _met(criteria, facts.known | facts.unknown):
        line["outcome"] = "more_information_needed"
        line["missing"] = _missing(criteria, facts)
    else:
        line["outcome"] = "not_medically_necessary"
        line["by"] = _refusals(facts, KINDS[code], kinds)
    return line


SETTING_ASKED: Need = {"finding": "setting", "needs": "outpatient"}


def _either(there: Line, elsewhere: Line) -> Line:
    """The answer where the setting is not stated: what both settings come to, or that it is asked for."""
    line = Line({**there, "by": [name for name in there["by"] if name in elsewhere["by"]]})
    if there["outcome"] == elsewhere["outcome"] != "more_information_needed":
        return line
    enough: list[list[Need]] = [[]] if there["outcome"] == "medically_necessary" else there["missing"]
    anywhere = elsewhere["missing"]
    named = [sorted([*needs, SETTING_ASKED], key=itemgetter("finding")) for needs in enough if needs not in anywhere]
    missing = sorted([*anywhere, *named], key=lambda needs: (len(needs), [(n["finding"], n["needs"]) for n in needs]))
    return Line({**line, "outcome": "more_information_needed", "by": [], "reason": None, "missing": missing})


def judge(case: Case, world: str) -> list[Line]:
    """One answer for each service line, in order, in the "open" or the "closed" world."""
    if world not in ("open", "closed"):
        raise ValueError(world)
    if world == "open" and "setting" not in case:
        by_setting = (judge({**case, "setting": setting}, world) for setting in ("outpatient", "inpatient"))
        return [_either(*lines) for lines in zip(*by_setting, strict=True)]
    facts, kinds = read(case, world), _requested(case)
    return [_judge_line(facts, service, kinds[_session(service)]) for service in case["services"]]


# --- Advisories ------------------------------------------------------------------------------

# ICD-10-CM uses none of these letters after the first place: they stand for 0 and 1.
SLIPS = "OIL"
# The only codes that have one of these letters after the first (activity codes).
WITH_LETTERS = ("Y93I", "Y93I1", "Y93I9", "Y93L", "Y93L1", "Y93L9")


def _counted(case: Case) -> list[dict[str, int]]:
    """Units of each code that counts, session by session."""
    sessions: dict[int, dict[str, int]] = {}
    if case["date_of_service"] < MODELLED_FROM:
        return []
    for service in case["services"]:
        units = sessions.setdefault(_session(service), {})
        units[service["cpt"]] = units.get(service["cpt"], 0) + service.get("units", 1)
    return list(sessions.values())


def _session_advisories(units: dict[str, int], studies: int | None, conditions: Set) -> set[str]:
    def total(codes: Iterable[str]) -> int:
        return sum(units.get(code, 0) for code in codes)

    bands = [NCS_BANDS[code] for code in NCS if code in units]
    emg, ncs, rns = total(EMG) > 0, total(NCS) > 0, total(RNS) > 0
    applies = {
        "ncs-codes": total(NCS) > 1,
        "ncs-band": studies is not None and any(not a <= studies <= b for a, b in bands),
        "with-ncs-code-alone": total(EMG_WITH_NCS) > 0 and not ncs,
        "emg-code-beside-ncs": total(EMG_STAND_ALONE) > 0 and ncs,
        "extremity-units": total(("95885", "95886")) > LIMBS,
        "extremity-codes": total(EMG_EXTREMITIES) > 1,
        "ncs-alone": ncs and not emg,
        "emg-alone": emg and not ncs and not rns and "radiculopathy" not in conditions,
        "cts-6": (emg or ncs) and "carpal_tunnel_syndrome" in conditions,
        "no-condition": (emg or ncs or rns) and conditions.isdisjoint(TESTED_FOR),
    }
    return {name for name, holds in applies.items() if holds}


def _slipped(code: str) -> bool:
    """Whether a diagnosis code has a letter where ICD-10-CM can only mean a digit."""
    return _plain(code) not in WITH_LETTERS and any(letter in SLIPS for letter in _plain(code)[1:])


def advisories(case: Case) -> set[str]:
    """The ids of the advisories that the case draws, in both worlds."""
    techniques, conditions = set(case.get("techniques", [])), stated(case)
    found: set[str] = set()
    for units in _counted(case):
        found |= _session_advisories(units, case.get("ncs_studies"), conditions)
    if "standardized_battery" in techniques:
        found.add("standardized-battery")
    if "carpal_tunnel_syndrome" in conditions and not techniques.isdisjoint(CTS_TECHNIQUES):
        found.add("cts-technique")
    amounts = [v.get("value") if isinstance(v, dict) else v for v in case.get("findings", {}).values()]
    if any(isinstance(weeks, int) and weeks > TEN_YEARS for weeks in amounts):
        found.add("long-treatment")
    if any(map(_slipped, case.get("diagnoses", []))):
        found.add("code-slip")
    return found


# --- Random cases ----------------------------------------------------------------------------

BOUNDARIES = (MODELLED_FROM, NMJ_FROM, PAIN_FROM)
# Reviews and codes that came before the edition modelled.
EARLIER = ("2009-06-30", "2011-11-17", "2012-01-01", "2012-07-15")
SETTINGS = (*OUTPATIENT, "inpatient", "emergency")
UNLISTED = ("99999", "95905", "95866", "95999")
# Codes that stand for nothing, most of them beside one that does.
NEAR_MISSES = (
    *("R20.2", "Z79.02", "R75", "M54.2", "G56.40", "G57.70", "G13.1", "N18.5", "G54.6", "E12", "G62", "G60"),
    *("G64", "M62.82", "R53.83", "Q82.1", "I97.1", "S34.5", "A05.0", "R20", "M62.8", "M05.60", "M60.2", "O98.6"),
    *("Z79.0", "M50.20", "M51.26", "S14.1", "Z79.4", "M33.03", "M33.13", "M33.93", "M33", "G43.A0", "G43.D1"),
    *("M54.81", "M54.8", "S04.01", "S04.6", "S04.81", "S04", "H49.3", "H49.40", "G65", "G65.8", "M36.1", "M79.641"),
)
# A condition, and the findings to have one of each; a target is met when all are present.
_SIGN = (*WAIVER, "sensory_loss_on_exam", "motor_loss_on_exam", "atrophy_on_exam", *SIGNS)
_TARGETS: dict[str, tuple[str, tuple[tuple[str, ...], ...]]] = {
    "I.1": (
        "unexplained_peripheral_neuropathy",
        (("neuropathic_pain", "sensory_loss_on_exam", "motor_loss_on_exam"), _SIGN),
    ),
    "I.2": ("traumatic_neuropathy", (_SIGN,)),
    "I.3.a": ("hiv", (GUIDES, _SIGN)),
    "I.3.b": ("mononeuropathy", (GUIDES, _SIGN)),
    "I.3.c": (
        "diabetes",
        (
            GUIDES,
            ("symptoms_persistent", "symptoms_progressive"),
            ("refractory_to_conventional_treatment",),
            _SIGN,
        ),
    ),
    "I.3.d": ("dialysis", (GUIDES, _SIGN)),
    "I.3.e": ("neuropathy_causing_condition", (GUIDES, _SIGN)),
    "I.4.a": (
        "carpal_tunnel_syndrome",
        (("refractory_to_activity_modification",), ("wrist_splint_weeks",), _SIGN),
    ),
    "I.4.b": (
        "ulnar_neuropathy",
        (("refractory_to_activity_modification",), ("elbow_splint_weeks",), _SIGN),
    ),
    "I.4.c": ("radiculopathy", (LASTING, _SIGN)),
    "I.4.d": ("plexopathy", (LASTING, _SIGN)),
    "I.4.e": ("tarsal_tunnel_syndrome", (LASTING, _SIGN)),
    "I.4.f": ("fibular_neuropathy", (LASTING, _SIGN)),
    "I.4.g": ("other_entrapment_neuropathy", (LASTING, _SIGN)),
    "I.5.a": ("motor_neuron_disease", (_SIGN,)),
    "I.5.b": ("myopathy", (_SIGN,)),
    "II": ("nmj_disease", ()),
    "IV": ("radiculopathy", ()),
    "X5": ("other_condition", (_SIGN,)),
    "X5.back_pain": ("back_pain", (_SIGN,)),
    "X5.headache": ("headache", (_SIGN,)),
}
# Conditions that make the difference beside another one.
_COMPANIONS = (*ATTENDING, *PAINS, "nmj_disease", "other_condition")
# In an order that does not change from run to run.
_PREFIXES = tuple(sorted({prefix for prefix, _, _ in ICD10}))
_SIGN_PREFIXES = tuple(sorted({prefix for prefix, kind, _ in ICD10 if kind == "finding"}))
_CONFIGURATIONS = (
    *(("emg", "ncs"), ("emg", "ncs"), ("ncs",), ("ncs",), ("emg",), ("emg",), ("rns",)),
    *(("emg", "rns"), ("ncs", "rns"), ("emg", "ncs", "rns"), ("other",), ("emg", "ncs", "other")),
)


def _random_date(rng: random.Random) -> str:
    if rng.random() < 0.65:
        return (date(2025, 1, 1) + timedelta(rng.randrange(365))).isoformat()
    if rng.random() < 0.15:
        return rng.choice(EARLIER)
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
    kinds = sorted(name for name in CONDITIONS if condition in chain(name))
    name = condition if rng.random() < 0.5 else rng.choice(kinds)
    prefixes = _CONDITION_CODES[name].split()
    if prefixes and rng.random() < 0.5:
        case["diagnoses"].append(_descendant(rng, rng.choice(prefixes)))
    else:
        case["conditions"].append(name)


def _slip(rng: random.Random) -> str:
    """A code that means something but for a letter typed in place of a digit."""
    code = _descendant(rng, rng.choice(_PREFIXES))
    # The reader takes no letter in the second place.
    digits = [at for at, letter in enumerate(code) if at > 1 and letter in "01"]
    if not digits:
        return "G56.O1"
    at = rng.choice(digits)
    return code[:at] + ("O" if code[at] == "0" else rng.choice("IL")) + code[at + 1 :]


def _written(rng: random.Random, code: str) -> str:
    """A code as it may be typed: in small letters, without the point, or with a space."""
    if rng.random() < 0.85:
        return code
    return rng.choice((code.lower(), code.replace(".", ""), f" {code} "))


def _suspected(rng: random.Random, target: str) -> list[str]:
    """The conditions to express; none at all, only pain or only what attends among the draws."""
    draw = rng.random()
    if draw < 0.12:
        return []
    if draw < 0.22:
        return [*rng.sample(PAINS, rng.choice((1, 1, 2))), *rng.sample(ATTENDING, rng.choice((0, 0, 1)))]
    if draw < 0.28:
        return rng.sample(ATTENDING, rng.choice((1, 1, 2)))
    if draw < 0.32:
        return ["other_condition", *rng.sample(PAINS, rng.choice((0, 0, 1)))]
    named = [_TARGETS[target][0]] if draw < 0.95 else []
    if rng.random() < 0.35:
        named.append(rng.choice(_COMPANIONS))
    return named + [rng.choice(CONDITIONS) for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 3)))]


def _add_diagnoses(rng: random.Random, target: str, case: Case) -> None:
    for condition in _suspected(rng, target):
        _express(rng, condition, case)
    if rng.random() < 0.25:
        case["diagnoses"].append(rng.choice(NEAR_MISSES))
    if rng.random() < 0.08:
        case["diagnoses"].append(_slip(rng))
    if rng.random() < 0.08:
        case["diagnoses"].append(_descendant(rng, rng.choice(_PREFIXES)))
    if rng.random() < 0.08:
        case["diagnoses"].append(_descendant(rng, rng.choice(_SIGN_PREFIXES)))
    case["diagnoses"] = [_written(rng, code) for code in case["diagnoses"]]
    for key in ("conditions", "diagnoses"):
        # Not by way of a set, whose order would change the case from run to run.
        case[key] = list(dict.fromkeys(case[key]))
        rng.shuffle(case[key])


def _document(rng: random.Random, name: str, met: bool, findings: dict[str, Any]) -> None:
    value: str | int = "present" if met else "absent"
    if name in QUANTITIES:
        value = rng.choice((4, 4, 5, 6, 12)) if met else rng.choice((0, 1, 2, 3, 3))
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
            if rng.random() < 0.08:  # nobody says where
                del case["setting"]
            return case
