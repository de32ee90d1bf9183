"""What operations of other compilers mean, as plans of tensor operations; nothing here imports IR."""
