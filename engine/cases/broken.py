"""What is wrong with a text that is no YAML or no JSON: in our words, with a remedy."""

from __future__ import annotations

from json import JSONDecodeError

from ..language.errors import CaseError, refused

_YAML = {
    "mapping values are not allowed": (
        "a colon where no key can stand",
        "put a text with a colon in quotes, and each key under the one beside it",
    ),
    "expected ',' or '}'": ("a { is not closed, or a comma is missing", "close it with }, or write the comma"),
    "expected ',' or ']'": ("a [ is not closed, or a comma is missing", "close it with ], or write the comma"),
    "cannot start any token": (
        "a tab, or a sign that no text begins with",
        "indent with spaces, and put a text that begins with a sign in quotes",
    ),
    "unexpected end of stream": ("a quotation mark is not closed", "close it"),
    "expected '-' indicator": ("a list goes on with what is no item of it", "begin the line with -, or indent it less"),
    "did not find expected key": (
        "no key of what it stands in",
        "indent it as the keys beside it; in single quotes an apostrophe is written twice",
    ),
    "could not find expected ':'": ("a line that is no key with a value", "write KEY: VALUE"),
    "found undefined alias": ("a text that begins with *", "put it in quotes"),
}
_JSON = {
    "Expecting value": "a value is missing here",
    "Expecting property name": "a key in double quotes is missing here",
    "Expecting ',' delimiter": "a comma, or the end of a list or an object, is missing here",
    "Expecting ':' delimiter": "a colon is missing here",
    "Extra data": "there is more here, behind the end",
    "Unterminated string": "a text begins here that has no closing quotation mark",
    "Invalid control character": "a line break, a tab or the like stands in a text",
    "Invalid \\": "this is no escape",
}


def not_yaml(problem: str) -> tuple[str, str]:
    """Return what is wrong with a text that is to be YAML or JSON, and a remedy.

    :param problem: what libyaml says.
    """
    found = (each for sign, each in _YAML.items() if sign in problem)
    told, remedy = next(found, (problem, "see coverlog schema"))
    return f"not YAML or JSON: {told}", remedy


def not_json(file: str, error: JSONDecodeError, remedy: str) -> CaseError:
    """Return the error of a text that is to be JSON, with its place.

    :param remedy: what to give in its place.
    """
    if not error.doc.strip():
        return refused(file, "not JSON: it is empty", remedy)
    found = (each for sign, each in _JSON.items() if error.msg.startswith(sign))
    return refused(f"{file}:{error.lineno}:{error.colno}", f"not JSON: {next(found, error.msg)}", remedy)
