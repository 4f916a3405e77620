"""The product's version, told here only."""

__version__ = "0.1.0"
