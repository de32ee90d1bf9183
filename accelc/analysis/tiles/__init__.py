"""Orders of the blocks of matrix products: single products, chains of them, and the cuts of what reads them."""
