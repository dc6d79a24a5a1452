"""What the store has found, told as Atom, RSS, JSON and pages: which feeds exist, what an entry says,
documents, files.

`feeds.push` tells those who asked to be told.
"""
