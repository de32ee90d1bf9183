"""Random programs that the passes are measured on, and what is known of them independently."""
