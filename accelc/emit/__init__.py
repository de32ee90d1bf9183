"""Emission: macro-ops to instruction records, and records to one stream per lane."""
