"""The fault suite: `make chaos` plays every scene against the local web, and tells in a table what held.

    sites.py       sources whose truth is known
    world.py       the local web with its sites, the operator who watches them, and all that was seen of the store
    invariants.py  what has to hold after each fault: pure
    scenes.py      the table of faults: how each is set up, what the run ends with and counts
    play.py        a scene: a run before it, the fault, a run after it
    __main__.py    `python -m tests.chaos`

`tests.test_chaos` plays the cheap ones.
"""
