"""Judges a case by NCD 240.4 in plain Python, from its criteria read by hand, and draws random cases to judge."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any, TypedDict

Case = dict[str, Any]
Item = tuple[str, str]
Set = frozenset[Item]
Ways = list[Set]
"""The sets of items that would make something so: one empty set where it is, no set where it cannot be."""


class Need(TypedDict):
    """One thing to document, and what it has to say."""

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


# --- Codes and dates -------------------------------------------------------------------------

DEVICE = ("E0601",)
ACCESSORIES = (
    *(f"A{number}" for number in range(7027, 7040)),
    *("A7044", "A7045", "A7046", "A4604", "E0561", "E0562"),
)
BILEVEL = ("E0470", "E0471")
LISTED = (*DEVICE, *ACCESSORIES)
MODELLED_FROM = "2008-03-13"
INITIAL_DAYS = 84
ADULT = 18

# Which diagnosis codes document which finding: a code means what every prefix of it means.
ICD10 = {
    "hypertension": ("I10", "I11", "I12", "I13", "I14", "I15", "I16", "I1A"),
    "ischemic_heart_disease": ("I20", "I21", "I22", "I23", "I24", "I25"),
    "history_of_stroke": ("Z86.73", "I69"),
}
TESTS = ("psg_attended", "hst_type_2", "hst_type_3", "hst_type_4")
INDICES = ("ahi", "rdi")
SYMPTOMS = ("excessive_daytime_sleepiness", "impaired_cognition", "mood_disorder", "insomnia")
COMORBIDITIES = ("hypertension", "ischemic_heart_disease", "history_of_stroke")
ALWAYS = ("clinical_evaluation", "test_ordered_by_treating_physician", "test_supervised")
INSTRUCTED = ("education_given", "capable_caregiver")
OPEN_FINDINGS = (*ALWAYS, *INSTRUCTED, *SYMPTOMS, *COMORBIDITIES, "benefit_documented")
FINDINGS = (*OPEN_FINDINGS, "enrolled_in_approved_study")


# --- What a case says ------------------------------------------------------------------------


def _years(born: date, then: date) -> int:
    return then.year - born.year - ((then.month, then.day) < (born.month, born.day))


def _plain(code: str) -> str:
    return code.strip().upper().replace(".", "")


def _status(said: Any) -> str:
    return str(said["status"] if isinstance(said, dict) else said)


def by_code(case: Case) -> set[str]:
    """The findings that the diagnosis codes document."""
    return {
        finding
        for finding, prefixes in ICD10.items()
        for code in case.get("diagnoses", [])
        if any(_plain(code).startswith(_plain(prefix)) for prefix in prefixes)
    }


def _said(case: Case, status: str) -> set[str]:
    return {name for name, said in case.get("findings", {}).items() if _status(said) == status}


def contradictions(case: Case) -> list[str]:
    """What the case says that cannot be so together."""
    found = sorted(by_code(case) & _said(case, "absent"))
    service = date.fromisoformat(case["date_of_service"])
    if date.fromisoformat(str(case.get("first_use", case["date_of_service"]))) > service:
        found.append("first_use")
    if "birth_date" in case:
        born = date.fromisoformat(case["birth_date"])
        if born > service or case.get("age", _years(born, service)) != _years(born, service):
            found.append("birth_date")
    return found


# --- Ways for something to be so -------------------------------------------------------------

SO: Ways = [frozenset()]
NOT_SO: Ways = []


class _Reading:
    """One case in one world: each question is answered by the ways in which it would be so."""

    def __init__(self, case: Case, world: str) -> None:
        self.case, self.open = case, world == "open"
        self.present = _said(case, "present") | by_code(case)
        self.absent = _said(case, "absent")

    def _asked(self, *items: Item) -> Ways:
        """What the case does not say may be so in the open world, and is not in the closed one."""
        return [frozenset(items)] if self.open else NOT_SO

    def finding(self, name: str) -> Ways:
        if name in self.present:
            return SO
        return NOT_SO if name in self.absent else self._asked((name, "present"))

    def number(self, key: str, holds: Callable[[float], bool], needs: str, group: Case) -> Ways:
        if key in group:
            return SO if holds(group[key]) else NOT_SO
        return self._asked((key, needs))

    def adult(self) -> Ways:
        if "birth_date" in self.case:
            born, then = (date.fromisoformat(self.case[key]) for key in ("birth_date", "date_of_service"))
            return SO if _years(born, then) >= ADULT else NOT_SO
        return self.number("age", lambda years: years >= ADULT, f">= {ADULT}", self.case)

    def test(self) -> Ways:
        """B.3: attended, or at home with a device of type 2 or 3, or of type 4 with 3 channels or more."""
        channels = self.number("channels", lambda number: number >= 3, ">= 3", self.case)
        if "sleep_test" not in self.case:
            return any_of(
                *(all_of(self._asked(("sleep_test", kind)), channels if kind == "hst_type_4" else SO) for kind in TESTS)
            )
        kind = self.case["sleep_test"]
        return channels if kind == "hst_type_4" else SO if kind in TESTS else NOT_SO

    def recorded(self, events: int) -> Ways:
        """B.6: two hours of sleep, or as many events as two hours would have had."""
        return any_of(
            self.number("recorded_hours", lambda hours: hours >= 2, ">= 2.0", self.case),
            self.number("recorded_events", lambda number: number >= events, f">= {events}", self.case),
        )

    def index(self, holds: Callable[[float], bool], needs: str) -> Ways:
        """N-2: of two indices either suffices; one that is given leaves the other out of it."""
        given = self.case.get("indices", {})
        return any_of(*(self.number(name, holds, needs, given) for name in given or INDICES))

    def index_a(self) -> Ways:
        return all_of(self.index(lambda rate: rate >= 15, ">= 15.0"), self.recorded(30))

    def index_b(self) -> Ways:
        """N-1: up to 14 is read as below 15."""
        documented = any_of(*map(self.finding, (*SYMPTOMS, *COMORBIDITIES)))
        return all_of(self.index(lambda rate: 5 <= rate < 15, ">= 5.0 and < 15.0"), self.recorded(10), documented)

    def qualifies(self, index: Ways) -> Ways:
        return all_of(
            *(self.adult(), self.test(), *map(self.finding, ALWAYS)),
            *(any_of(*map(self.finding, INSTRUCTED)), index),
        )

    @property
    def initial(self) -> bool:
        service = self.case["date_of_service"]
        first = str(self.case.get("first_use", service))
        return (date.fromisoformat(service) - date.fromisoformat(first)).days <= INITIAL_DAYS

    def covered(self) -> Iterator[tuple[str, str, Ways]]:
        """Every way to coverage: its outcome, its statement, and how it would be so."""
        outcome, benefit = ("covered_initial", SO) if self.initial else ("covered", self.finding("benefit_documented"))
        met = [("B.5.a", self.qualifies(self.index_a())), ("B.5.b", self.qualifies(self.index_b()))]
        for statement, ways in met:
            yield outcome, statement, all_of(ways, benefit)
        if not self.initial:
            yield outcome, "B.1", all_of(any_of(*(ways for _, ways in met)), benefit)
        enrolled = SO if "enrolled_in_approved_study" in self.present else NOT_SO
        yield "covered_in_study", "B.8", all_of(enrolled, self.adult())


def all_of(*ways: Ways) -> Ways:
    return list(dict.fromkeys(frozenset[Item]().union(*each) for each in product(*ways)))


def any_of(*ways: Ways) -> Ways:
    return SO if any(each == SO for each in ways) else list(dict.fromkeys(way for each in ways for way in each))


# --- Judgement -------------------------------------------------------------------------------


def _not_addressed(code: str, day: str) -> str | None:
    if code in BILEVEL:
        return "device_not_addressed"
    if code not in LISTED:
        return "code_not_listed"
    return "edition_not_modelled" if day < MODELLED_FROM else None


def _documented(way: Set) -> Set:
    """What a way documents: 30 events are 10 as well."""
    return way | {("recorded_events", ">= 10")} if ("recorded_events", ">= 30") in way else way


def _missing(ways: Ways) -> list[list[Need]]:
    """The smallest of some ways, the shortest first, then by the names in them."""
    least = [way for way in ways if not any(other != way and other <= _documented(way) for other in ways)]
    ordered = sorted(map(sorted, least), key=lambda items: (len(items), items))
    return [[Need(finding=finding, needs=needs) for finding, needs in items] for items in ordered]


def _judge_line(case: Case, service: dict[str, Any], world: str) -> Line:
    code = service["cpt"]
    line = Line(cpt=code, session=service.get("session", 1), outcome="not_addressed", by=[], reason=None, missing=[])
    line["reason"] = _not_addressed(code, case["date_of_service"])
    if line["reason"]:
        return line
    covered = list(_Reading(case, world).covered())
    sure = [(outcome, statement) for outcome, statement, ways in covered if ways == SO]
    possible = any_of(*(ways for _, _, ways in covered))
    if sure:
        line["outcome"] = sure[0][0]  # they come in the order of the outcomes
        line["by"] = sorted(statement for outcome, statement in sure if outcome == line["outcome"])
    elif possible:
        line["outcome"], line["missing"] = "more_information_needed", _missing(possible)
    else:
        line["outcome"] = "not_covered"
        line["by"] = ["B", "C"] if case.get("sleep_test") == "other" else ["B"]
    return line


def judge(case: Case, world: str) -> list[Line]:
    """One answer for each service line, in order, in the "open" or the "closed" world."""
    if world not in ("open", "closed"):
        raise ValueError(world)
    return [_judge_line(case, service, world) for service in case["services"]]


# --- Random cases ----------------------------------------------------------------------------

UNLISTED = ("E0600", "E0602", "A7026", "A7040", "A7043", "A7047", "A4605", "E0560", "E0563", "95811")
# Codes beside the mark: neighbours of the ranges, and the other histories.
NEAR_MISSES = ("I05.9", "I26.99", "I27.0", "I68.0", "I70.0", "Z86.79", "Z86.711", "Z86.718", "G47.33", "R73.9")
# Codes that document one, their ends and insides; not every code below them.
HITS = (
    *("I10", "I11.0", "I12.9", "I13.2", "I15.0", "I16.9", "I1A.0"),
    *("I20.0", "I21.4", "I22.9", "I23.3", "I24.9", "I25.10", "I25.2"),
    *("Z86.73", "I69.351", "I69.30", "i10", "i2510", "z8673"),
)
RATES = (0.0, 4.9, 5.0, 5.1, 9.7, 14.0, 14.1, 14.5, 14.9, 15.0, 15.1, 31.2, 200.0)
HOURS = (0.0, 1.4, 1.9, 2.0, 2.1, 6.3)
EVENTS = (0, 9, 10, 11, 20, 29, 30, 31, 120)
DAYS = (0, 1, 30, 83, 84, 85, 86, 200, 900)


def _random_date(rng: random.Random) -> date:
    if rng.random() < 0.85:
        return date(2008, 3, 13) + timedelta(rng.randrange(6500))
    return date.fromisoformat(MODELLED_FROM) + timedelta(rng.choice((-400, -1, 0, 1)))


def _random_services(rng: random.Random) -> list[dict[str, Any]]:
    services: list[dict[str, Any]] = []
    for _ in range(rng.choices((1, 2, 3), (60, 30, 10))[0]):
        pool = rng.choices((DEVICE, ACCESSORIES, BILEVEL, UNLISTED), (60, 30, 5, 5))[0]
        service: dict[str, Any] = {"cpt": rng.choice(pool)}
        if rng.random() < 0.1:
            service["session"] = rng.choice((1, 2))
        services.append(service)
    return services


def _age(rng: random.Random, case: Case, day: date) -> None:
    draw = rng.random()
    if draw < 0.4:
        case["age"] = rng.choice((0, 17, 18, 19, 44, 71, 99))
    elif draw < 0.85:
        years = rng.choice((1, 17, 18, 19, 44, 71))
        born = day.replace(year=day.year - years, day=min(day.day, 28)) + timedelta(rng.choice((-1, 0, 1, 90)))
        case["birth_date"] = born.isoformat()
        if rng.random() < 0.2:
            case["age"] = _years(born, day)


def _measure(rng: random.Random, case: Case, known: float) -> None:
    if rng.random() < known:
        case["sleep_test"] = rng.choices((*TESTS, "other"), (30, 15, 15, 30, 10))[0]
    if rng.random() < (known if case.get("sleep_test") == "hst_type_4" else 0.3):
        case["channels"] = rng.choice((0, 2, 3, 3, 4, 7))
    if rng.random() < known:
        given = rng.choice((("ahi",), ("ahi",), ("rdi",), INDICES))
        case["indices"] = {name: rng.choice(RATES) for name in given}
    if rng.random() < known:
        case["recorded_hours"] = rng.choice(HOURS)
    if rng.random() < known - 0.1:
        case["recorded_events"] = rng.choice(EVENTS)


def _document(rng: random.Random, case: Case, known: float) -> None:
    likely, findings = rng.choice((0.5, 0.9, 1.0)), {}
    for name in OPEN_FINDINGS:
        needed = name in ALWAYS or name in INSTRUCTED or name == "benefit_documented"
        if rng.random() < (known if needed else known / 3):
            status = "present" if rng.random() < likely else "absent"
            findings[name] = {"status": status, "source": "note"} if rng.random() < 0.15 else status
    if rng.random() < 0.12:
        findings["enrolled_in_approved_study"] = rng.choice(("present", "present", "absent"))
    case["findings"] = dict(rng.sample(list(findings.items()), len(findings)))


def _draw(rng: random.Random) -> Case:
    day, known = _random_date(rng), rng.choice((0.35, 0.75, 0.9, 0.97))
    case: Case = {
        "id": f"random-{rng.randrange(10**8):08d}",
        "date_of_service": day.isoformat(),
        "services": _random_services(rng),
        "diagnoses": rng.sample((*HITS, *NEAR_MISSES), rng.choice((0, 0, 0, 1, 2))),
    }
    _age(rng, case, day)
    _measure(rng, case, known)
    _document(rng, case, known)
    if rng.random() < 0.6:
        case["first_use"] = (day - timedelta(rng.choice(DAYS))).isoformat()
    return {key: value for key, value in case.items() if value not in ([], {}) or rng.random() < 0.5}


def generate(rng: random.Random) -> Case:
    """Draw a valid case without contradictions, more often than not close to a criterion."""
    while True:
        case = _draw(rng)
        if not contradictions(case):
            return case
