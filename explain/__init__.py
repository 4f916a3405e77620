"""What a decision rests on and what follows from it, for people: proofs, advice, tests, pages, commands.

The rooms, each a stage: proof, advice, checker, render, query, testing, reference, service, commands.
"""
