"""Products and convolutions on the array: how operands are brought to it, packed and cut into steps."""
