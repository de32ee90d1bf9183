"""Programs of `torch.export`: their files, their import, and what torch computes for them."""
