"""The documents of a text of cases, in YAML or JSON."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document
from .json_text import usual_json


def documents(text: str, file: str) -> Iterator[Document]:
    """Yield the documents of a YAML or JSON text.

    :raises CaseError: where the text is neither, with line and column.
    """
    if text.lstrip().startswith(("{", "[")) and (found := usual_json(text, file)):
        yield found
        return
    from .yaml_text import yaml_documents  # slow to import, as YAML is

    yield from yaml_documents(text, file)
