"""The lanes of a core as the event loop of `timing` runs them."""
