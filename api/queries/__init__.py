"""Every read of the lake and the ledger that an answer needs; blocking, for worker threads."""
