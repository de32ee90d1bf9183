"""Importers of operators that take elements at computed places."""
