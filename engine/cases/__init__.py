"""What a case file says, as facts.

In: YAML or JSON. Out: a `Case`, its ground atoms with their sources, or every fault with its place and remedy.
"""
