"""Importers of operators around matrix products and convolutions."""
