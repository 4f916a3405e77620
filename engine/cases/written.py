"""Values as YAML that the reader of cases reads as they are."""

from __future__ import annotations

from typing import Any


def as_yaml(value: Any) -> str:
    """Return a value as YAML; text stands in quotes where it does not begin with a letter, so that it stays text."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Puts between quotation marks what a reader might take for a number."""

        def ignore_aliases(self, data: Any) -> bool:  # a case has none
            return True

    def text(dumper: yaml.SafeDumper, said: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", said, None if said[:1].isalpha() else '"')

    Dumper.add_representer(str, text)
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)
