"""The command that reads FHIR: from-fhir."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...engine.library.several import Several
from .complete import complete_case
from .inputs import answering
from .options import format_option, output_option
from .output import as_json, note, table_width, write_out

if TYPE_CHECKING:
    from ...engine.cases.fhir.drafts import Draft
    from ...engine.cases.fhir.facts import Unused


@click.command()
@click.argument("file", metavar="FILE", required=False, default="")
@click.option("--example", default="", metavar="CASE", shell_complete=complete_case,
              help="Write an order-sign request of a case, to begin with, in place of reading one.")  # fmt: skip
@click.option("--map", "map_", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="What codes stand for: a table (CSV) of system, code, kind and id.")  # fmt: skip
@click.option("--trace", is_flag=True, help="Also tell on standard error which path each value is from.")
@format_option("yaml", "json")
@output_option
def from_fhir(file: str, example: str, map_: Path | None, form: str, *, trace: bool, out: Path | None) -> None:
    """Write the cases that a FHIR R4 request says: a CDS Hooks request, a Bundle, a Claim or an order.

    A ServiceRequest and a DeviceRequest are orders. The orders of one day are one case; each code of the billing
    options of an order is a case of its own. Each finding and diagnosis names the FHIR path that says it. What was not
    used goes to standard error, or into the JSON.

    \b
    Example: coverlog from-fhir --example cts-six-weeks-of-splinting > order-sign.json
             coverlog from-fhir order-sign.json --trace > case.yaml
    """
    from ...engine.cases.written import as_yaml

    if bool(file) == bool(example):
        raise click.UsageError("name a FILE to read, - for standard input, or --example CASE")
    if example:
        write_out(as_json(_example(example)), out)
        return
    written, passed = _drafts(file, map_)
    if form == "json":
        write_out(
            as_json({"cases": [_as_json(each) for each in written], "unused": [p._asdict() for p in passed]}), out
        )
        return
    write_out("---\n".join(as_yaml(each.said) for each in written), out)
    _tell(written, passed, trace=trace)


def _example(name: str) -> dict[str, Any]:
    from ...engine.cases.fhir.example import order_sign
    from ...engine.cases.find import find_case

    return order_sign(find_case(name, answering()).said)


def _drafts(file: str, map_: Path | None) -> tuple[list[Draft], list[Unused]]:
    """Return the cases that a file says, and what of its orders is in none.

    :raises CaseError: where it cannot be read, or orders nothing.
    """
    from ...engine.cases.fhir.coded import read_map
    from ...engine.cases.fhir.drafts import billed, drafts, not_ordered
    from ...engine.cases.fhir.parts import MAX_BYTES, body, parse
    from ...engine.cases.fhir.resources import resources
    from ...engine.cases.files import read_bounded
    from ...engine.language.errors import refused

    codes, by = read_map(map_), answering()
    data = sys.stdin.buffer.read(MAX_BYTES + 1) if file == "-" else read_bounded(Path(file), MAX_BYTES)
    found = resources(body(parse(data, file), file))
    guidelines = by.answering(billed(found)) if isinstance(by, Several) else (by,)
    written, passed = list(drafts(found, guidelines, codes)), not_ordered(found)
    if not written:
        told = "; ".join(f"{each.path} {each.why}" for each in passed)
        told = told or "it holds no ServiceRequest, DeviceRequest or Claim"
        raise refused(file, f"no order that a case can be made of: {told}")
    return written, passed


def _as_json(draft: Draft) -> dict[str, Any]:
    """Return a case as the documented JSON object, with the path of each value and what was not used."""
    trace = [{"at": ".".join(map(str, each.at)), "value": each.value, "path": each.path, "note": each.note}
             for each in draft.taken]  # fmt: skip
    return {"case": draft.said, "trace": trace, "unused": [each._asdict() for each in draft.unused]}


def _tell(written: list[Draft], passed: list[Unused], *, trace: bool) -> None:
    """Say on standard error where each value is from, what is worth knowing of it, and what was not used."""
    from ..render.table import table

    for draft in written:
        rows = [(".".join(map(str, each.at)), str(each.value), each.path, each.note)
                for each in draft.taken if trace or each.note]  # fmt: skip
        if rows:
            told = table([("in the case", "value", "path", "note"), *rows], table_width(err=True))
            click.echo(f"{draft.said['id']}\n{told}", err=True)
    unused = dict.fromkeys([*passed, *(each for draft in written for each in draft.unused)])
    for each in unused:
        note(f"not used: {each.path}: {each.why}")
