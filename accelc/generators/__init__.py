"""Models made from their published dimensions, as ONNX without weights: for questions of time, not of numbers."""
