"""The prompt of `coverlog query`: queries over one or more lines, and commands that begin with a colon."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import click

from ...engine.cases.find import canonical
from ...engine.decision.decision import WORLDS
from ...engine.language.errors import FaultError, GuidelineError, did_you_mean, refused
from ...engine.library.guideline import Guideline
from ...engine.program.general import of_predicate
from ..advice.phrases import filled, wrapped
from ..query import told as answers
from ..query.answer import Answers, Limits, QueryTimeoutError, run
from ..query.scene import Scene
from ..query.text import read_query, relations, unknown_constants
from ..render.table import table
from .inputs import ask_of
from .options import iso_date
from .output import BAD_INPUT, note, table_width, width
from .prompt import Prompt

HELP = """\
A query is the body of a rule: literals, not, comparisons, _ ; it ends with its line, or goes on after a comma, \
`not` or an open parenthesis until an empty line.
  :predicates [WORD] what can be asked, with its arguments; those that have a word in their name or gloss
  :rules PREDICATE   the rules that give a predicate
  :explain [N]       the proof of answer N of the last query (1 where no N is given; -1 is the last)
  :case [CASE]       ask of a file or a canonical case; without one, of none
  :world open|closed what is not documented is unknown, or not so
  :as-of [DATE]      apply the rules of a date; without one, of the case's, or today's
  :help              this
  :quit              leave, as Ctrl-D does; Ctrl-C cancels a query"""

HINT = "Write a query and Enter; :predicates lists what can be asked, :help the rest, Ctrl-D leaves."

_STRING_OR_COMMENT = re.compile(r'"[^"\n]*"|%[^\n]*')


def _bare(text: str) -> str:
    """Return a query without its comments, each string as `s`."""
    return _STRING_OR_COMMENT.sub(lambda found: "s" if found[0].startswith('"') else "", text).strip()


def unfinished(text: str) -> bool:
    """Say whether a query goes on in the next line: after a comma, `not`, or an open parenthesis."""
    bare = _bare(text)
    return bare.endswith(",") or bare.count("(") > bare.count(")") or bool(re.search(r"\bnot$", bare))


def laid_out(text: str, columns: int) -> str:
    """Return the lines of a help text in some columns; what goes on stands below its words."""
    lines = (
        wrapped(line, columns, subsequent_indent=" " * min(21, columns // 3) if line[:1] == " " else "")
        for line in text.splitlines()
    )
    return "\n".join(part for own in lines for part in own)


class Repl:
    """A session: where queries are asked, and what the last one gave."""

    def __init__(self, guideline: Guideline, case: str, world: str, as_of: str, limits: Limits) -> None:
        self.guideline, self.limits = guideline, limits
        self.case, self.world, self.as_of = case, world, as_of
        self.scene: Scene = ask_of(case, guideline, world, as_of)
        self.last: tuple[Answers, Scene] | None = None
        self.commands: dict[str, Callable[[str], None]] = {
            ":predicates": self.predicates, ":rules": self.rules, ":explain": self.explain,
            ":case": self.set_case, ":world": self.set_world, ":as-of": self.set_date,
            ":help": lambda _: click.echo(laid_out(HELP, width())),
        }  # fmt: skip
        self.prompt = Prompt(self.words)

    def run(self) -> int:
        """Answer until the end of the input; the status is 2 where lines that no one types were wrong."""
        failed = False
        if self.prompt.terminal:
            self.say_where()
            click.echo(filled(HINT, width()), err=True)
        with self.prompt:
            while True:
                try:
                    text = self.read()
                    if text is None or text.strip() == ":quit":
                        break
                    failed = not self.attempt(text.strip()) or failed
                except KeyboardInterrupt:
                    if not self.prompt.terminal:
                        raise
                    click.echo()
        return BAD_INPUT if failed and not self.prompt.terminal else 0

    def read(self) -> str | None:
        """Return the next command or query, over as many lines as it takes; None at the end of the input."""
        text = ""
        while (line := self.prompt.line("  ...> " if text else "query> ")) is not None:
            text = f"{text}\n{line}" if text else line
            if not line.strip() or text.lstrip().startswith(":") or not unfinished(text):
                return text
        return text or None

    def attempt(self, text: str) -> bool:
        """Run a command or a query; what goes wrong with it is said, and is no end."""
        try:
            if text.startswith(":"):
                self.command(text)
            elif _bare(text):
                self.ask(text)
        except KeyboardInterrupt:
            click.echo("cancelled", err=True)
        except QueryTimeoutError as error:
            click.echo(error, err=True)
        except GuidelineError as error:
            for finding in error.findings:
                click.echo(finding, err=True)
        except (FaultError, click.BadParameter) as error:
            click.echo(f"coverlog: {error}", err=True)
        else:
            return True
        return False

    def command(self, text: str) -> None:
        """Run a command.

        :raises CaseError: where there is none of its name.
        """
        name, _, rest = text.partition(" ")
        if name not in self.commands:
            raise refused("", f"there is no {name}", did_you_mean(name, self.commands) or "try :help")
        self.commands[name](rest.strip())

    def ask(self, text: str) -> None:
        """Answer a query, and keep the answers for :explain."""
        found = run(read_query(text, self.guideline.program), self.scene, self.limits)
        self.last = found, self.scene
        for unknown in () if found.rows else unknown_constants(text, self.scene.constants()):
            note(unknown)
        click.echo(answers.as_table(found, self.scene, table_width(), numbered=True))
        if found.cut:
            note(f"only the first {self.limits.rows} answers are shown")

    def explain(self, which: str) -> None:
        """Show the proof of an answer of the last query, by its number."""
        if not self.last:
            raise refused("", "there is no answer yet", "ask something")
        found, scene = self.last
        if not found.rows:
            click.echo(answers.explained(found, scene, width()))
            return
        count = len(found.rows)
        number = int(which) if re.fullmatch(r"-?\d{1,6}", which) else 0 if which else 1
        if not 1 <= abs(number) <= count:
            raise refused("", f"there is no answer {which}", f"the last query gave {count}")
        click.echo(answers.explained(found, scene, width(), [number - 1 if number > 0 else count + number]))

    def predicates(self, word: str) -> None:
        """List what a query may ask for, in the order of the text; with a word, what has it in name or gloss."""
        says = {name: of_predicate(declared) for name, declared in self.guideline.program.declared().items()}
        rows = [
            (f"{name}({', '.join(params)})" if params else name, says.get(name, ""))
            for name, params in relations(self.guideline.program).items()
        ]
        found = [row for row in rows if word.casefold() in " ".join(row).casefold()]
        if not found:
            raise refused("", f"no predicate has {word} in its name or gloss", "write :predicates for all")
        click.echo(table([("predicate", "says"), *found], table_width()))

    def rules(self, predicate: str) -> None:
        """Show the rules that give a predicate."""
        from ..reference.rules import giving, rules_table

        known = relations(self.guideline.program)
        if predicate not in known:
            hint = did_you_mean(predicate, known) or "write :rules PREDICATE"
            raise refused("", f"{predicate or 'nothing'} is no predicate", hint)
        given = giving(self.guideline.program, predicate, self.scene.date)
        click.echo(rules_table(given, self.guideline.program, table_width()) if given else "no rule in force gives it")

    def set_case(self, name: str) -> None:
        self._move(name, self.world, self.as_of)

    def set_world(self, world: str) -> None:
        if world not in WORLDS:
            raise refused("", f"{world or 'nothing'} is no world", f"write {' or '.join(WORLDS)}")
        self._move(self.case, world, self.as_of)

    def set_date(self, date: str) -> None:
        self._move(self.case, self.world, iso_date(date))

    def _move(self, case: str, world: str, as_of: str) -> None:
        """Ask elsewhere from now on; where there is no such place, stay."""
        if case == "-":
            raise refused("", "queries come from standard input here", "name a file or a canonical case")
        self.scene = ask_of(case, self.guideline, world, as_of)
        self.case, self.world, self.as_of = case, world, as_of
        self.say_where()

    def say_where(self) -> None:
        """Say on stderr of what is asked: the guideline, the case, the world, the date."""
        of = self.scene.name or "no case"
        where = f"{self.guideline.program.name}: {of}, {self.world} world, as of {self.scene.date}"
        click.echo(filled(where, width()), err=True)

    def words(self, typed: str) -> list[str]:
        """Return what can stand in a line begun: commands, their arguments, or predicates and constants."""
        command, space, _ = typed.lstrip().partition(" ")
        if command.startswith(":") and not space:
            return sorted([*self.commands, ":quit"])
        if command == ":case":
            return [*canonical(self.guideline), *sorted(str(path) for path in Path().glob("*.yaml"))]
        if command == ":world":
            return list(WORLDS)
        predicates = relations(self.guideline.program)
        return sorted(predicates if command == ":rules" else {*predicates, *map(str, self.scene.constants())})
