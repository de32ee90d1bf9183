"""Device arrays: what a hooked program sees of an array, its memory, its place there, and calls with it taken apart."""
