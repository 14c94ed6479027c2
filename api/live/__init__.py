"""The sockets: one hub of clients, fed by one tail of the ledger."""
