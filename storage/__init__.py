"""Archive, database and ledger: everything that outlives a run.

    Snapshot ─archive→ WARC file + `record` │ listing ─announce→ `pending` + validators
    Judged ─save→ `article`, `revision`, `match`, `citation`, `located`, full text, `entry` (the ledger) ─feed→ Feed

`storage.store.Store` is the one door.
"""
