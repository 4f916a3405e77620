"""A guideline as data: its clauses, declarations, citations and words.

In: clauses and annotations. Out: a `Program`, its dependency graph, its case schema, its canonical layout.
"""
