"""The rooms before it on a local server: pages and answers for programs, nothing of a case stored or logged.

In: HTTP requests to this machine. Out: decisions, proofs, letters and what the guideline says, as pages and JSON.
"""
