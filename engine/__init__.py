"""The engine: rule text to rules, a case to facts, facts to a decision."""
