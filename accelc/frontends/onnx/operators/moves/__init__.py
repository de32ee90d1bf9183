"""Importers of operators that move elements, make constants, or decide what is imported."""
