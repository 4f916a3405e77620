"""What commands are given: cases by name, read and decided; what was read otherwise than written goes to stderr."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...engine.cases.case import Case, Unreadable, not_read, read_files
from ...engine.cases.find import find_case, find_cases, only
from ...engine.decision.decide import Judged, judge
from ...engine.evaluation.limits import on_time
from ...engine.language.errors import CaseError, FaultError, Finding
from ...engine.language.terms import Place
from ...engine.library.guideline import Guideline, load
from ...engine.library.several import Answering, Several, each, shipped

if TYPE_CHECKING:
    from ..query.scene import Scene


def answering(ctx: click.Context | None = None) -> Answering:
    """Return the guidelines that were named with -g, or those shipped here, each for the cases with its codes."""
    given = (ctx or click.get_current_context()).find_root().params.get("guideline") or ()
    found = Several([load(name) for name in given]) if given else shipped()
    return found if len(found.all) > 1 else found.all[0]


def calling() -> str:
    """Return how a command begins that is about the same guideline: with -g where that was written."""
    import shlex

    root = click.get_current_context().find_root()
    is_written = root.get_parameter_source("guideline") is click.core.ParameterSource.COMMANDLINE
    return " ".join(["coverlog", *(f"-g {shlex.quote(name)}" for name in root.params["guideline"] if is_written)])


def elsewhere(guideline: Guideline, has: Callable[[Guideline], bool]) -> str:
    """Return how to ask the guideline that has what one lacks, where none was named: `NCD 240.4 has it: -g ncd_240_4`.

    :return: an empty text where there is none.
    """
    others = [one for one in each(answering()) if one.folder != guideline.folder and has(one)]
    return next((f"{one.program.name} has it: coverlog -g {one.folder.name}" for one in others), "")


def judge_all(names: Iterable[str], guideline: Answering, world: str, as_of: str) -> Iterator[Judged | Unreadable]:
    """Yield each case decided, once by each guideline that it is for, or why it was not."""
    for case in find_cases(names, guideline):
        if isinstance(case, Unreadable):
            yield case
            continue
        try:
            judged = _judged(case, guideline, world, as_of)
        except FaultError as error:
            yield not_read(case.id, error)
        else:
            yield judged


def judge_one(name: str, guideline: Answering, world: str, as_of: str) -> Judged:
    """Return the one case of a name decided.

    :raises CaseError: where it cannot be read or decided, or where the name stands for several, or is for several.
    """
    case = _or_part(lambda: find_case(name, guideline), guideline, lambda among: find_cases([name], among))
    return _judged(case, guideline, world, as_of)


def _or_part(
    read: Callable[[], Case], guideline: Answering, by_all: Callable[[Several], Iterable[Case | Unreadable]]
) -> Case:
    """Return a case as a guideline reads it; of one that is for others shipped here too, what is there for it.

    :param by_all: reads it by several guidelines.
    :raises CaseError: where it cannot be read.
    """
    try:
        return read()
    except CaseError:
        among = shipped()
        if isinstance(guideline, Several) or guideline.folder not in {one.folder for one in among.all}:
            raise
        items = [*by_all(among)]
        parts = {item.under.folder: item for item in items if isinstance(item, Case) and item.under}
        if len(parts) < 2 or len(parts) < len(items) or guideline.folder not in parts:
            raise
        return parts[guideline.folder]


def _judged(case: Case, guideline: Answering, world: str, as_of: str) -> Judged:
    """Return a case decided by the guideline that it is for, in the time that it has."""
    read, by = noted(case), case.under or each(guideline)[0]
    return on_time(lambda: judge(read, by, world=world, as_of=as_of))


def judge_row(source: Path, name: str, world: str, as_of: str) -> Judged:
    """Return a case of a batch decided.

    :param source: the folder of tables or of case files, or the database.
    :raises CaseError: where it cannot be read or decided, or where several have its id.
    :raises FaultError: where there is no such batch, or no such case in it.
    """
    from ...engine.batch.entries import BatchError, holds_case_files

    try:
        if not holds_case_files(source):
            return _judge_tabled(source, name, world, as_of)
    except BatchError as error:
        raise FaultError(str(error)) from None
    found = answering()

    def there(among: Answering) -> list[Case | Unreadable]:
        return [item for item in read_files([source], among) if item.id == name]

    if not (items := there(found)):
        raise FaultError(f"{source}: no case has the id {name}")
    return _judged(_or_part(lambda: _only_case(name, items), found, there), found, world, as_of)


def _only_case(name: str, items: list[Case | Unreadable]) -> Case:
    case = only(name, items)
    if isinstance(case, Unreadable):
        raise CaseError(faults=case.faults)
    return case


def _judge_tabled(source: Path, name: str, world: str, as_of: str) -> Judged:
    from ...engine.batch.several import Batches
    from ...engine.batch.sources import connect, told
    from ...engine.batch.tables import NotTabledError

    def by_all(among: Several) -> Iterable[Case | Unreadable]:
        return Batches(db, among, world, as_of).case(source, name)

    found = answering()
    try:
        db = connect(threads=1)
        with told():
            case = _or_part(lambda: _tabled(db, source, name, found), found, by_all)
    except (NotTabledError, LookupError) as error:
        raise FaultError(str(error)) from None
    return _judged(case, found, world, as_of)


def _tabled(db: Any, source: Path, name: str, found: Answering) -> Case:
    """Return a case of tables, read by the one guideline that it is for."""
    from ...engine.batch.back import codes_of
    from ...engine.batch.load import Loaded
    from ...engine.batch.rejects import case_of
    from ...engine.batch.sources import Sources, sources

    def looked(guideline: Guideline) -> tuple[Loaded, Sources]:
        batch = Loaded(db, guideline, "open")
        (of,) = sources(source, [batch.tables], db, name)
        batch.look(of)
        return batch, of

    guideline = each(found)[0]
    batch, of = looked(guideline)
    if isinstance(found, Several) and (only := _only(found, name, codes_of(batch, name))) is not guideline:
        guideline, (batch, of) = only, looked(only)
    return case_of(batch, of, name)._replace(under=guideline)


def _only(several: Several, name: str, codes: set[str]) -> Guideline:
    """Return the guideline that a case of some codes is for.

    :raises LookupError: where it is for several.
    """
    guideline, *others = several.answering(codes)
    if others:
        names = ", ".join(each.program.name for each in (guideline, *others))
        raise LookupError(f"case {name} is for {names}; name one of them with -g")
    return guideline


def lines_of(judged: Judged, code: str) -> None:
    """Refuse a procedure code that no line of a case has.

    :raises click.BadParameter: where it is given and there is none; it names those there are.
    """
    codes = list(dict.fromkeys(line.code for line in judged.decision.lines))
    if code and code not in codes:
        raise click.BadParameter(f"the case has no line {code}; it has {', '.join(codes)}", param_hint="--line")


def noted(case: Case) -> Case:
    """Return a case, and say what of it was read otherwise than written."""
    for note in case.notes:
        click.echo(f"{case.place}: {note}", err=True)
    return case


def doubted(case: Case, guideline: Guideline, seen: dict[str, str]) -> list[Finding]:
    """Return what is doubtful in a case that can be read, today and beside the cases before it.

    :param seen: the place of each id so far, to which the case's is added.
    """
    from ...engine.cases.doubts import doubts, repeated

    return sorted([*doubts(case, guideline, datetime.date.today().isoformat()), *repeated(case, seen)], key=_order)


def _order(finding: Finding) -> Place:
    return finding.place


def warned(judged: Judged, seen: dict[str, str]) -> list[dict[str, Any]]:
    """Say what is doubtful in a case on standard error, and return it as the documented JSON objects."""
    found = doubted(judged.case, judged.guideline, seen)
    if not found:
        return []
    from ..render.findings import as_text, record

    click.echo(as_text(found, Path()), err=True)
    return [record(finding, Path()) for finding in found]


def ask_of(name: str, guideline: Guideline, world: str, as_of: str) -> Scene:
    """Return what a query is asked of; that the case contradicts itself is said.

    :param name: a file, `-`, a canonical case, or an empty text for none.
    :raises CaseError: where the case cannot be read, or where the name stands for several.
    """
    from ..query.scene import scene_of

    scene = scene_of(guideline, noted(find_case(name, guideline)) if name else None, world, as_of)
    if scene.contradiction:
        click.echo(scene.contradiction, err=True)
    return scene
