"""Reference semantics of the dialects: every level of the compiler can be executed."""
