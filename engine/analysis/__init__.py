"""What holds of every case at once: proved, or shown by a smallest case that the decision reproduces.

In: the circuits of editions. Out: findings, proofs, witnesses as case files, and the differences of two editions.
"""
