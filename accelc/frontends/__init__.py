"""Front ends: programs written by others, turned into `graph` modules with weights beside them."""
