"""Where operations run: what each can do, what it costs there, and how they are grouped."""
