"""How well the canonical cases hold a guideline.

In: a guideline with its cases. Out: results, rule and branch coverage, mutants that no case notices, traceability.
"""
