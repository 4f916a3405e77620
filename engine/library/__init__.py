"""Guidelines by name or folder: read, checked, stratified, and kept for the next start.

In: a folder of text. Out: a `Guideline`, which hands each thread an evaluator of the edition in force.
"""
