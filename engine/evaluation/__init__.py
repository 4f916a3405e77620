"""What a program entails: pyDatalog behind one door, a stratum at a time.

In: an edition of a program, and the facts of a case. Out: a `Model`, the firings that give each atom.
"""
