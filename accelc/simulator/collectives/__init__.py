"""Exchanges between chips: what is sent (`plan`), what becomes of the numbers (`values`), and how long it takes."""
