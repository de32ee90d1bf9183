"""Settings of all unit tests."""

from hypothesis import settings

# A shared or slow computer must not fail a test; a failure prints how to reproduce it.
settings.register_profile("accelc", deadline=None, print_blob=True)
settings.load_profile("accelc")
