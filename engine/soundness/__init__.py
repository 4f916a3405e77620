"""What is wrong with a guideline's text, and what is only suspicious.

In: a `Program`. Out: findings, each with a code, a place and a remedy.
"""
