"""Proofs, decisions, letters and findings for the eye: text, HTML, pictures.

In: data of the rooms before. Out: text, pages, DOT, Mermaid, SVG, PNG.
"""
