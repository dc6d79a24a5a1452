"""A page's way from a URL to a judged article.

One direction, one type on each arrow:

    Source ─listings→ fetch ─Snapshot→ extract ─Article→ classify ─Judged→ store ─Revision→ publish ─Entry→ Atom
    spiders/          spiders           crawler           crawler          storage           feeds
                                           └─ Rejected (counted by class name; the page is kept, so it can be replayed)

And after a crawl, of each source and of all:

    Run, rejections, certificates ─History→ judge ─Finding→ decide ─Incident→ store ─→ alerts, status, report, metrics
    storage                                 crawler         crawler           storage   crawler, crawler.commands

A replay (saved pages, a WARC, the whole archive after a rule changed) enters at `Snapshot` and takes the very same way.
"""
