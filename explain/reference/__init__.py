"""A guideline to read: rules, statements and predicates, one by one or as a book.

In: a guideline. Out: text, tables, graphs and pages about it.
"""
