"""A guideline as one circuit: what each outcome of a line is of what a case says, for every case at once.

In: a grounded edition. Out: a `Circuit` of AND, OR and NOT, and Python compiled from it that decides a case.
"""
