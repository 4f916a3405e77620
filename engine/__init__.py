"""What a guideline's text says of a case: read, evaluated, decided.

Four ideas are enough to read this code:

- A *firing* is a rule with its variables bound such that its body holds. The engine keeps every firing; proofs, missing
  documentation and coverage are read off them.
- *Sure and possible*: in the open world what nobody documented may be so or not. An atom is sure where it holds however
  that turns out, possible where it may hold, and false otherwise (strong Kleene logic).
- An *edition* is the part of the text that is in force on a date of service: dates select clauses before anything is
  evaluated, and no rule speaks of them.
- A *situation* is one case under one edition in one world, with its model: all that a decision and its explanation are
  read off.

    >>> import coverlog
    >>> guideline = coverlog.load()
    >>> case = coverlog.read_case(
    ...     {
    ...         "id": "example",
    ...         "date_of_service": "2025-11-03",
    ...         "setting": "outpatient",
    ...         "services": [{"cpt": "99213"}],
    ...     },
    ...     guideline,
    ... )
    >>> [(line.outcome, line.reason) for line in coverlog.decide(case, guideline).lines]
    [('not_addressed', 'code_not_listed')]

The rooms, each a stage of the data: language, program, soundness, evaluation, library, cases, decision.
"""
