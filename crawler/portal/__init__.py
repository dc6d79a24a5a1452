"""The local web: stand-ins of the portals on loopback, for the demo, the tests and the benchmarks.

    with LocalWeb(directory) as web:
        crawl with proxy = web.proxy_url and ca_file = web.ca_file
        web.publish("tcnn"); web.edit(url, paragraph="…"); web.fault("haiphong.gov.vn", "503", times=2)

A client sees `https://anninhthudo.vn/…` unchanged, through standard proxy and CA settings, certificates verified. The
articles are invented; the markup is the portals', with all that buries the news in it.
"""

from crawler.portal.faults import Fault
from crawler.portal.messages import Answer, Framing, Request
from crawler.portal.posts import Post
from crawler.portal.sites import SITES, render_article
from crawler.portal.web import LocalWeb, Seen

__all__ = ["SITES", "Answer", "Fault", "Framing", "LocalWeb", "Post", "Request", "Seen", "render_article"]
