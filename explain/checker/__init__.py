"""A second opinion on proofs: every step checked against the rule text and the case.

In: a proof as JSON, a case, a program. Out: the faults found. It shares the parser, the term types and the node ids
with what it checks, and nothing else.
"""
