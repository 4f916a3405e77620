"""Proofs of decisions, and the command line."""
