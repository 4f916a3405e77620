"""The command that answers coverage questions over FHIR: serve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from ...engine.language.errors import FaultError, refused
from .output import write_out

if TYPE_CHECKING:
    from ..service.orders import Desk

_EXAMPLE = """\
service:
  base_url: http://127.0.0.1:8770
  guidelines:
    cg_med_24: {prior_authorization: true, policy: "https://plan.example/policy"}
    ncd_240_4: {prior_authorization: false}
"""
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--plan", type=_FILE, metavar="FILE",
              help="What the guidelines cannot say of the plan (see coverlog schema --of plan).")  # fmt: skip
@click.option("--example", is_flag=True, help="Write a plan to begin with, in place of serving.")
@click.option("--check", is_flag=True, help="Read the plan and load its guidelines, and serve nothing.")
@click.option("--map", "map_", type=_FILE, metavar="FILE",
              help="What codes stand for: a table (CSV) of system, code, kind and id.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS",
              help="Listen on another address of this machine, which others may reach.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=8770, show_default=True, help="0 takes a free one.")
@click.option("--record", type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path), metavar="DIR",
              help="Keep each call and its answer in this folder, for its owner alone.")  # fmt: skip
def serve(plan: Path | None, map_: Path | None, host: str, port: int, record: Path | None, *, example: bool,
          check: bool) -> None:  # fmt: skip
    """Answer CDS Hooks of Da Vinci CRD 2.2: coverage information when orders are selected or signed; Ctrl-C ends it.

    Nothing of a call is logged or stored, unless --record says so; a call that then cannot be stored is answered as a
    fault of the service. A proxy in front of it has to bring encryption and
    the check of who calls.

    \b
    Example: coverlog serve --example > plan.yaml
             coverlog serve --plan plan.yaml --check
    """
    if example:
        write_out(_EXAMPLE)
        return
    if plan is None:
        raise click.UsageError("name a plan with --plan FILE, or write one with --example")
    try:
        desk = _desk(plan, map_)
    except ModuleNotFoundError:
        raise FaultError("serve needs Starlette and uvicorn: pip install 'coverlog[service]'") from None
    if check:
        click.echo(f"{plan}: answers for {', '.join(each.program.name for each in desk.several.all)}", err=True)
        return
    _serve(desk, host, port, record)


def _desk(plan: Path, map_: Path | None) -> Desk:
    """Return what answers by a plan.

    :raises FaultError: where it says nothing for a service, or names a guideline that is none.
    """
    from ...engine.cases.fhir.coded import read_map
    from ...engine.cases.plan import read_plan
    from ...engine.library.guideline import load
    from ..service.orders import Desk

    said = read_plan(plan).service
    if said is None:
        raise refused(str(plan), "says nothing for a service", "write service: with its guidelines; see --example")
    return Desk(said, {name: load(name) for name in said.guidelines}, read_map(map_), said.base_url)


def _serve(desk: Desk, host: str, port: int, record: Path | None) -> None:
    from ..service.crd import crd
    from ..service.server import hosts_of, listening, serve, url_of

    with listening(host, port) as bound:
        desk.base = desk.base or url_of(bound).rstrip("/")
        outside = {urlsplit(desk.plan.base_url).netloc.lower()} if desk.plan.base_url else set()
        app = crd(desk, hosts_of(bound) | outside, record)
        serve(app, bound, lambda: click.echo(f"CRD on {url_of(bound)}cds-services (Ctrl-C ends it).", err=True))
