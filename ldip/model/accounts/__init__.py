"""One municipality's accounts of one year."""
