"""Findings about a guideline's text as text, JSON, GitHub annotations or SARIF."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...engine.language.errors import WARNINGS, Finding

DOCS = "docs/findings"  # in the repository

MEANINGS = {
    "amount": "An amount that may be undocumented is compared with a number where it is read, and used nowhere else.",
    "annotation": "An annotation has a known key, and a declaration can be read.",
    "arity": "A predicate has as many arguments where it is used as where it is declared.",
    "authority": "A statement's authority is one of the known ones.",
    "comparison": "Order and sums are of whole numbers; text is compared by = and != only.",
    "concept-without-fact": "A table of facts that speaks of nearly every concept of a kind speaks of all of them.",
    "concept-without-label": "A symbol that rules or facts use is declared as a concept, with its kind and label.",
    "date": "A date is written YYYY-MM-DD.",
    "detached": "An annotation stands directly above what it belongs to.",
    "duplicate": "An id, a statement or a predicate is given once.",
    "gloss": "A rule and a predicate are said in words, and the words speak only of variables the clause has.",
    "interface": "A guideline has a name and declares the predicates that take a request and give its outcomes.",
    "line-without-outcome": "Every line of a request comes to an outcome.",
    "misspelt-constant": "A constant used once is not a near miss of a declared one.",
    "no-id": "Every clause has an id, by a %@ rule or %@ facts above it.",
    "statement-without-rule": "A statement is cited by a clause or shown as a notice.",
    "subsumed-rule": "A rule adds something to the other rules of its head.",
    "syntax": "The text is Datalog in the syntax of ASP-Core-2.",
    "uncited": "A clause stands under a source and cites statements and interpretations that exist.",
    "uncited-statement": "A statement stands under the source it is taken from.",
    "undeclared": "A predicate, a kind or a concept that the text names is declared.",
    "unreachable-rule": "A rule can fire: facts, cases or other rules can give what it asks for while it is in force.",
    "unsafe": "A variable of the head, of a comparison or under not is bound by a positive literal.",
    "unstratified": "No predicate depends on its own absence.",
    "unused-declaration": "A predicate, a concept or an interpretation that is declared is used.",
    "version-gap": "A version of a rule begins where the one before it ends.",
    "version-overlap": "One version of a rule is in force at a time.",
}
"""What holds where a code is not found, in one sentence; the page of the code begins with it."""


def counted(findings: Sequence[Finding]) -> str:
    """Return how many errors and warnings there are, in words."""
    errors = sum(finding.severity == "error" for finding in findings)
    numbers = {"error": errors, "warning": len(findings) - errors}
    said = [f"{number} {name}{'' if number == 1 else 's'}" for name, number in numbers.items() if number]
    return ", ".join(said) or "no findings"


def as_text(findings: Sequence[Finding], folder: Path) -> str:
    """Return a line a finding: the place, the severity and code, what is wrong, what to do."""
    return "\n".join(
        f"{_path(finding, folder)}:{finding.place.line}:{finding.place.column}: "
        f"{finding.severity}: {finding.code}: {finding.message}; {finding.fix}"
        for finding in findings
    )


def as_json(findings: Sequence[Finding], folder: Path) -> str:
    """Return the findings as a JSON list."""
    return json.dumps([_record(finding, folder) for finding in findings], indent=2)


def _record(finding: Finding, folder: Path) -> dict[str, Any]:
    place = {"file": _path(finding, folder), "line": finding.place.line, "column": finding.place.column}
    return {
        "code": finding.code, "severity": finding.severity, **place, "message": finding.message, "fix": finding.fix
    }  # fmt: skip


def as_github(findings: Sequence[Finding], folder: Path) -> str:
    """Return a workflow command a finding, which GitHub shows beside the line."""
    return "\n".join(
        f"::{finding.severity} file={_property(_path(finding, folder))},line={finding.place.line},"
        f"col={finding.place.column},title={_property(finding.code)}::{_data(f'{finding.message}; {finding.fix}')}"
        for finding in findings
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(findings: Sequence[Finding], folder: Path) -> str:
    """Return the findings as a SARIF 2.1.0 log; its rules are all the codes there are."""
    codes = list(MEANINGS)
    driver = {"name": "coverlog", "version": version("coverlog"), "rules": [_rule(code) for code in codes]}
    results = [
        {
            "ruleId": finding.code,
            "ruleIndex": codes.index(finding.code),
            "level": finding.severity,
            "message": {"text": f"{finding.message}; {finding.fix}"},
            "locations": [{"physicalLocation": _location(finding, folder)}],
        }
        for finding in findings
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return json.dumps(log, indent=2)


def _rule(code: str) -> dict[str, Any]:
    return {
        "id": code,
        "shortDescription": {"text": MEANINGS[code]},
        # Not as `helpUri`: that is an absolute address, and a checkout has none.
        "help": {"text": f"See {DOCS}/{code}.md.", "markdown": f"See [{code}]({DOCS}/{code}.md)."},
        "defaultConfiguration": {"level": "warning" if code in WARNINGS else "error"},
    }


def _location(finding: Finding, folder: Path) -> dict[str, Any]:
    path = Path(_path(finding, folder))
    return {
        "artifactLocation": {"uri": path.as_uri() if path.is_absolute() else quoted(path)},
        "region": {"startLine": finding.place.line, "startColumn": finding.place.column},
    }


def quoted(path: Path) -> str:
    """Return a relative path as a URI reference."""
    from urllib.parse import quote

    return quote(path.as_posix())


def _path(finding: Finding, folder: Path) -> str:
    return shown(folder / finding.place.file)


def shown(path: Path) -> str:
    """Return a path as seen from the working folder where it lies below it."""
    path = Path(os.path.abspath(path))
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


FORMATS = {"text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif}
