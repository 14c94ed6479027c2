"""The endpoints, one file per noun; each declares its access."""
