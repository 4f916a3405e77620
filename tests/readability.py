"""How hard a text is to read."""

import re


def syllables(word: str) -> int:
    """Count the groups of vowels of a word, less an e at its end that nobody hears."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    number = len(re.findall(r"[aeiouy]+", letters))
    silent = re.search(r"[^aeiouyl]e$|[^aeiouydt]ed$", letters)
    return max(number - bool(silent), 1)


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade (Kincaid and others, 1975)."""
    sentences = [each for each in re.split(r"[.?](?:\s|$)", text) if each.strip()]
    words = re.findall(r"[A-Za-z0-9'-]+", text)
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
