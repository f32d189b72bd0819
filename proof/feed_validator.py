"""Our feeds before the validator of the W3C: what it says of them when posts are as awkward as authors make them.

``python -m proof.feed_validator CHECKOUT [--python PYTHON]``.  The validator (w3c/feedvalidator, MIT) is on no
package index, so it is not part of the tests: CHECKOUT is a clone of its repository, PYTHON an interpreter that has
what its ``requirements.txt`` names (lxml, html5lib, rdflib).  Only what it calls an error or a warning counts; the rest
of its events say what a feed has.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from editorial.suggestion import Attachment
from tests.feeds.test_feeds import AT, BASE, Rig
from tests.media.pictures import a_picture
from tests.media.server import sends
from tests.vk.fault_server import fault_server

FEEDS: Final = ("rss.xml", "atom.xml")
AWKWARD: Final = (
    *("\x00\x01\x0b", "\ufffe\uffff", "\x7f\x85", "]]>", "&amp; &lt; \"'", "😀👨‍👩‍👧🇷🇺", "a < b > c", "x" * 3000),
    "[club1|ОКМО] и [id1|Имя] #мост@okmo_news https://okmo.invalid/a?b=1&c=2",
)
_JUDGE: Final = """
import json, sys
sys.path.insert(0, sys.argv[1] + "/src")
import feedvalidator
from feedvalidator.formatter.text_plain import Formatter
from feedvalidator.logging import Error, Warning
with open(sys.argv[2], "rb") as feed:
    told = feedvalidator.validateString(feed.read(), firstOccurrenceOnly=0, base=sys.argv[3])["loggedEvents"]
bad = [one for one in told if isinstance(one, (Error, Warning))]
kinds = ["error" if isinstance(one, Error) else "warning" for one in bad]
print(json.dumps([len(told), list(zip(kinds, Formatter(bad)))]))
"""


def written(folder: Path) -> Path:
    """The folder of feeds with a post for each awkward text, one without words, and one with everything."""
    with fault_server(sends(a_picture(800, 600))) as server:
        rig = Rig(folder, server)
        for number, text in enumerate(AWKWARD):
            story = rig.story(220 + number, text=f"Заголовок {text} первый. Потом {text} ещё.", photos=number % 3)
            rig.posted(replace(story, published_at=AT - timedelta(days=2, hours=number)))
        wordless = rig.story(240, text="", photos=1, published_at=AT - timedelta(days=3))
        rig.posted(wordless)
        whole = rig.story(241, photos=10, published_at=AT - timedelta(days=4))
        others = (
            Attachment("video", -1, 7, "key", None, "Открытие <видео>", "https://img.invalid/p.jpg"),
            Attachment("link", url="https://okmo.invalid/?a=1&b=2", title="Сайт"),
            Attachment("poll", -1, 8, title="Нужна ли?"),
        )
        rig.posted(replace(whole, attachments=(*whole.attachments, *others)))
        return rig.folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m proof.feed_validator")
    parser.add_argument("checkout", help="a clone of w3c/feedvalidator")
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has what it needs")
    asked = parser.parse_args(arguments)
    found = 0
    with tempfile.TemporaryDirectory(prefix="okmo-feeds-") as folder:
        site = written(Path(folder))
        for name in FEEDS:
            command = [asked.python, "-c", _JUDGE, asked.checkout, str(site / name), BASE + name]
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
            events, bad = json.loads(done.stdout.splitlines()[-1])
            print(f"{name}: {len(AWKWARD) + 2} posts, {events} events, {len(bad)} errors and warnings")
            for kind, sentence in bad:
                print(f"    {kind}: {sentence}")
            found += len(bad)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
