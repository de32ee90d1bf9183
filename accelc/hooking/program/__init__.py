"""The hooked program: whose calls of NumPy make device arrays, and a script that runs as with Python."""
