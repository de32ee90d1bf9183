"""What a run found: as numbers, and as tables."""
