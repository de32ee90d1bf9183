"""Composite operations as what they are made of, and parts as what they make."""
