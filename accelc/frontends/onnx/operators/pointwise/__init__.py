"""Importers of elementwise operators, and of what is made of them alone."""
