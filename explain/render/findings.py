"""Findings about a guideline's text or about cases as text, JSON, GitHub annotations or SARIF."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...engine.language.errors import Finding
from ...engine.soundness.registry import ADVICE, CODES, ERROR, WARNING, page, severity

# What the formats call a severity.
_GITHUB = {ERROR: "error", WARNING: "warning", ADVICE: "notice"}
_SARIF = {ERROR: "error", WARNING: "warning", ADVICE: "note"}


def counted(findings: Sequence[Finding]) -> str:
    """Return how many there are of each severity, in words."""
    numbers = {name: sum(severity(finding) == name for finding in findings) for name in (ERROR, WARNING, ADVICE)}
    said = [f"{n} {name}{'' if n == 1 or name == ADVICE else 's'}" for name, n in numbers.items() if n]
    return ", ".join(said) or "no findings"


def as_text(findings: Sequence[Finding], folder: Path) -> str:
    """Return a line a finding: the place, the severity and code, what is wrong, what to do."""
    return "\n".join(
        f"{_path(finding, folder)}:{finding.place.line}:{finding.place.column}: "
        f"{severity(finding)}: {finding.code}: {_said(finding)}"
        for finding in findings
    )


def _said(finding: Finding) -> str:
    joined = " " if finding.message.endswith("?") else "; "
    return joined.join(filter(None, (finding.message, finding.fix)))


def as_json(findings: Sequence[Finding], folder: Path) -> str:
    """Return the findings as a JSON list."""
    return json.dumps([record(finding, folder) for finding in findings], indent=2)


def record(finding: Finding, folder: Path) -> dict[str, Any]:
    """Return a finding as the documented JSON object."""
    place = {"file": _path(finding, folder), "line": finding.place.line, "column": finding.place.column}
    return {
        "code": finding.code, "severity": severity(finding), **place, "message": finding.message, "fix": finding.fix
    }  # fmt: skip


def as_github(findings: Sequence[Finding], folder: Path) -> str:
    """Return a workflow command a finding, which GitHub shows beside the line."""
    return "\n".join(
        f"::{_GITHUB[severity(finding)]} file={_property(_path(finding, folder))},line={finding.place.line},"
        f"col={finding.place.column},title={_property(finding.code)}::{_data(_said(finding))}"
        for finding in findings
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_sarif(findings: Sequence[Finding], folder: Path) -> str:
    """Return the findings as a SARIF 2.1.0 log; its rules are all the codes there are."""
    codes = list(CODES)
    driver = {"name": "coverlog", "version": version("coverlog"), "rules": [_rule(code) for code in codes]}
    results = [
        {
            "ruleId": finding.code,
            "ruleIndex": codes.index(finding.code),
            "level": _SARIF[severity(finding)],
            "message": {"text": _said(finding)},
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
        "shortDescription": {"text": CODES[code].meaning},
        # Not as `helpUri`: that is an absolute address, and a checkout has none.
        "help": {"text": f"See {page(code)}.", "markdown": f"See [{code}]({page(code)})."},
        "defaultConfiguration": {"level": _SARIF[CODES[code].severity]},
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


def written(findings: Sequence[Finding], folder: Path, form: str) -> str:
    """Return findings in a format, to its last line's end; in one of a line a finding, none are an empty text.

    :param form: a name of `FORMATS`.
    """
    told = FORMATS[form](findings, folder)
    return f"{told}\n" if told else ""
