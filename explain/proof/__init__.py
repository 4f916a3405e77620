"""The proof of a decision as a graph of steps.

In: a decided case. Out: a `Proof`, a networkx graph, and its JSON.
"""
