"""What the tables mean: one file per feed."""
