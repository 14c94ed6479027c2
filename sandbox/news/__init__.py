"""The press of the sandbox: stories that follow its market, told by each host in its own format."""
