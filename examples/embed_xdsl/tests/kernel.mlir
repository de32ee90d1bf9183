sketch.scale @half 64 by 0.5
