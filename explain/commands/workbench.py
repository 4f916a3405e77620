"""The command that opens the workbench: workbench."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...engine.language.errors import refused
from ...engine.library.guideline import Guideline
from ...engine.library.several import each
from .inputs import answering

if TYPE_CHECKING:
    from ..service.batching import Batch

_NEEDS = ("starlette", "uvicorn", "python_multipart", "jinja2")
_OTHERS = "Other users of this machine can connect to it, too."
_ANYBODY = "Anybody who reaches this address can use it: there is no password, and nothing is encrypted."


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS",
              help="Listen on another address of this machine, which others may reach.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes a free one.")
@click.option("--batch", "output", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="OUTPUT",
              help="Look at what coverlog batch wrote.")  # fmt: skip
@click.option("--from", "source", type=click.Path(exists=True, path_type=Path), metavar="INPUT",
              help="What that batch decided, for the proof of each of its lines.")  # fmt: skip
def workbench(host: str, port: int, output: Path | None, source: Path | None) -> None:
    """Open a page on this machine to try a case, read the policy and ask it; Ctrl-C ends it.

    Nothing is stored, and nothing of a case is in an address or a log.

    \b
    Example: coverlog workbench
             coverlog workbench --batch lines.parquet --from claims/
    """
    if lacking := [name for name in _NEEDS if not find_spec(name)]:
        raise refused("", f"the workbench needs {', '.join(lacking)}", "pip install 'coverlog[workbench]'")
    from ..service.server import LOOPBACK, hosts_of, listening, serve, url_of
    from ..service.workbench import workbench as made

    guidelines = answering()
    with listening(host, port) as bound:
        app = made(guidelines, hosts_of(bound), _batch(output, source, each(guidelines)[0]) if output else None)
        told = f"Workbench on {url_of(bound)} (Ctrl-C ends it). {_OTHERS if host == LOOPBACK else _ANYBODY}"
        serve(app, bound, lambda: click.echo(told, err=True))


def _batch(output: Path, source: Path | None, guideline: Guideline) -> Batch:
    from ..service.batching import Batch

    return Batch(output, source, guideline)
