"""What the store has found, told as Atom: which feeds exist, what an entry says, the document, and its file.

`feeds.push` tells those who asked to be told.
"""
