"""The store's history: one step per change of `storage.schema`."""
