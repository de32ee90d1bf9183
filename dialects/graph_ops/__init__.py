"""Operations of the `graph` dialect by family; `accelc.dialects.graph` gathers and exports them."""
