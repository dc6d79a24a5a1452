"""What the store has found, told as Atom, RSS and JSON: which feeds exist, what an entry says, documents, files."""
