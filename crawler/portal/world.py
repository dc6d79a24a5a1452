"""What all portals begin with: their generated posts, and the two knots that a crawler must untie.

    anninhthudo ──one text, word for word──→ haiphong      (syndicated, with its source named)
    tcnn        ──one article, two ids, two sections──→ tcnn

Both name the original in `same_as`.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from crawler.portal.posts import Post
from crawler.portal.prose import write
from crawler.portal.site import Site
from crawler.portal.sites import SITES
from crawler.portal.stock import SITES_APART, Stock, compose, first_posts

DISTRICT = datetime.fromisoformat("2022-08-05T07:39:00+07:00")  # longbien had its former layout then
COPIED = 2  # which of the generated posts is copied: one of the topic


def stocks(*, count: int, now: datetime, seed: int) -> dict[str, Stock]:
    """The stock of every portal, by its name."""
    made = {
        site.name: (site, first_posts(site, index, count=count, now=now, seed=seed))
        for index, site in enumerate(SITES.values())
    }
    if count > COPIED:
        (origin, lent), (taker, taken), (twice, twins) = made["anninhthudo"], made["haiphong"], made["tcnn"]
        lent[COPIED] = replace(lent[COPIED], captions=())  # a copy goes without the pictures
        taken.append(_syndicated(origin, lent[COPIED], taker, count))
        twins.append(_second_address(twice, twins[COPIED], count))
    site, posts = made["longbien"]
    posts.append(_as_it_was(site, list(made).index("longbien"), count, seed))
    return {name: Stock(site, posts) for name, (site, posts) in made.items()}


def _syndicated(origin: Site, post: Post, taker: Site, count: int) -> Post:
    later = post.posted + timedelta(minutes=40)
    return replace(
        post,
        number=taker.number + taker.step * (count + 2),
        posted=later,
        published=later,
        modified=later,
        section=taker.sections[0],
        credit=origin.host,
        same_as=origin.url(post),
    )


def _as_it_was(site: Site, index: int, count: int, seed: int) -> Post:
    words = write(seed, (count + 1) * SITES_APART + index, site.city, "doi-song")
    post = compose(site, words, number=site.number, place=1, posted=DISTRICT)
    return replace(post, legacy=True)


def _second_address(site: Site, post: Post, count: int) -> Post:
    number = site.number + site.step * (count + 2)
    return replace(post, number=number, section=site.sections[1], same_as=site.url(post))
