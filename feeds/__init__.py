"""What the store has found, told as Atom: which feeds exist, what an entry says, the document, and its file."""
