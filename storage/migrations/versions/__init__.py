"""The steps, run by `storage.database`."""
