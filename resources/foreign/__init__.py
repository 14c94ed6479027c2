"""Lists of providers as others write them, read into providers of ours."""

from resources.foreign.listing import Listing, read_file, read_one

__all__ = ["Listing", "read_file", "read_one"]
