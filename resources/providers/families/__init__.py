"""What several providers share: wire formats that more than one speaks, spellings, pages of candles,
blanks and refusals. No PROVIDER is in here."""
