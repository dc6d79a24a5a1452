"""An article's text as markup: paragraphs, subheadings in bold, a figure after each of the first paragraphs."""

from crawler.portal.markup import Markup, each, fill
from crawler.portal.posts import Post

PARAGRAPH = "<p>$text</p>"
JUSTIFIED = '<p style="text-align: justify;">$text</p>'
FIGURE = '<figure><img src="/images/$file" alt="$caption"><figcaption>$caption</figcaption></figure>'
ENDS = (".", ":", ";", "!", "?", "…", '"', "”", ",")


def body(post: Post, paragraph: str = PARAGRAPH, figure: str = FIGURE) -> Markup:
    """The paragraphs with the captions' figures between them; `figure` knows `$caption`, `$file` and `$title`."""
    pieces = [_paragraph(text, paragraph) for text in post.paragraphs]
    for place, caption in reversed(list(enumerate(post.captions, start=1))):
        file = f"{post.number}-{place}.jpg"
        pieces.insert(min(place, len(pieces)), fill(figure, caption=caption, file=file, title=post.title))
    return Markup("\n".join(pieces))


def tags(post: Post, pattern: str, host: str) -> Markup:
    """The post's key words by a pattern that knows `$tag` and `$host`."""
    return each(pattern, ({"tag": tag} for tag in post.tags), host=host)


def _paragraph(text: str, pattern: str) -> Markup:
    if len(text) < 80 and not text.rstrip().endswith(ENDS):
        text = fill("<strong>$text</strong>", text=text)
    return fill(pattern, text=text)
