"""Importers of operators that combine elements along axes or in windows."""
