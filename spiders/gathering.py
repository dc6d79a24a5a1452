"""An article on its way through its pages: the site may have split it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from crawler.blocked import refuse_status
from crawler.document import parse
from crawler.errors import Rejected, TindothiError
from crawler.parts import further, number
from crawler.types import Due, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """An article's first page, the further ones had so far, and the addresses of those that are still to be asked for.

    The article is taken when nothing is left. A page that gives no answer leaves it pending, for half a text would look
    like an edit once the rest arrives; one that will never be had is left out.
    """

    due: Due
    first: Snapshot
    parts: tuple[Snapshot, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def whole(self) -> Snapshot:
        """The article's page with its further pages."""
        return replace(self.first, parts=self.parts)


def begun(due: Due, first: Snapshot, max_size: int) -> Gathering:
    """The gathering of an article whose first page is had."""
    return Gathering(due=due, first=first, left=_named(first, first.url, 1, max_size))


def with_part(gathering: Gathering, part: Snapshot, max_size: int) -> Gathering:
    """The gathering with the page that was asked for next; another page behind a redirect is none of the article's.

    A page of a long article may name more pages than those before it.
    """
    asked, first = number(gathering.first.url, gathering.left[0]), gathering.first.url
    try:
        refuse_status(part.status)
    except Rejected as refused:
        if refused.temporary:  # the whole article is refused for it, so the rest need not be asked for
            return replace(gathering, parts=(*gathering.parts, part), left=())
        return replace(gathering, parts=(*gathering.parts, part), left=gathering.left[1:])
    if asked is None or part.status != 200 or number(first, part.url) != asked:
        return without_part(gathering)
    named = _named(part, first, asked, max_size)
    left = gathering.left[1:]
    return replace(gathering, parts=(*gathering.parts, part), left=named if len(named) > len(left) else left)


def without_part(gathering: Gathering) -> Gathering:
    """The gathering without the page that was asked for next."""
    return replace(gathering, left=gathering.left[1:])


def is_read_again(gathering: Gathering) -> bool:
    """Whether the page is to be asked for once more: it is restless, and whole by itself."""
    return gathering.due.twice and gathering.first.status == 200 and not gathering.parts


def read_again(gathering: Gathering, second: Snapshot) -> Snapshot:
    """The article's page with its second reading, unless that is of something else."""
    same = second.status == 200 and second.url == gathering.first.url
    return replace(gathering.whole, second=second if same else None)


def gathered(pages: Iterable[Snapshot], max_size: int) -> Iterator[Snapshot]:
    """Saved pages; a further page that directly follows the one that names it is taken with the article's first."""
    held: Snapshot | None = None
    try:
        for page in pages:
            if held is None:
                held = page
            elif _follows(held, page, max_size):
                held = replace(held, parts=(*held.parts, page))
            else:
                yield held
                held = page
    except TindothiError:  # what was readable comes first
        if held is not None:
            yield held
        raise
    if held is not None:
        yield held


def _follows(held: Snapshot, page: Snapshot, max_size: int) -> bool:
    own = len(held.parts) + 1
    last = held.parts[-1] if held.parts else held
    return number(held.url, page.url) == own + 1 and bool(_named(last, held.url, own, max_size))


def _named(page: Snapshot, first: str, own: int, max_size: int) -> tuple[str, ...]:
    if page.status != 200:
        return ()
    try:
        return further(parse(page, max_size=max_size), first, own)
    except Rejected:  # the pipeline says why
        return ()
