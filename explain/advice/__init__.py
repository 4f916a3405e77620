"""What a person can do with a decision: what to ask for, what to write, what would change it.

In: a decided case. Out: checklists, letters, remedies and changes, as data.
"""
