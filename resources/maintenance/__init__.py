"""What keeps lake and ledger small and quick: each piece may be killed at any moment and run again."""
