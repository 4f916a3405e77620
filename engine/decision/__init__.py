"""From a case to a decision, and why.

In: a case and a guideline. Out: an outcome for each line, the statements that give it, and what is missing.
"""
