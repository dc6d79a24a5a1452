"""Telling those who asked to be told: a hub, by mail, and by what Apprise speaks.

    entries, addresses → words → sent in time, or PushError

Nothing here remembers: what was told to whom is the store's (storage.notices), and commands bring the two together.
A failure is one line without secrets, and whatever fails is tried again by a later run.
"""
