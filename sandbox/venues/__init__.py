"""One file a provider: the encoder of its wire format. The folder is the registry."""
