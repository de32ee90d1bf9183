"""accelc dialects: graph, engine, tile."""
