"""Rule text as data: terms, comparisons, unification, the parser, and what can be wrong.

In: the text of a `.dl` file. Out: clauses and annotations, each with its place, or findings.
"""
