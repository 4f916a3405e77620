"""Questions to the rules and a case.

In: the body of a rule, as text. Out: its answers, certain and possible, and their proofs.
"""
