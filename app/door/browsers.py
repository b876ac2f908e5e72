"""The browser and the system in words, from what a browser says of itself; never the whole line."""

from __future__ import annotations

import re

# The first that is found wins: browsers name their relatives too, so the rarer name goes first.
_BROWSERS = (
    (r"YaBrowser/", "Яндекс Браузер"),
    (r"Atom/|AtomBrowser/", "Атом"),
    (r"OPR/|Opera", "Opera"),
    (r"Edg(?:e|A|iOS)?/", "Edge"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrom(?:e|ium)/|CriOS/", "Chrome"),
    (r"Version/.*Safari/", "Safari"),
)
_SYSTEMS = (
    (r"Android", "Android"),
    (r"iPhone|iPad|iPod", "iPhone или iPad"),
    (r"Windows", "Windows"),
    (r"Mac OS X|Macintosh", "macOS"),
    (r"CrOS", "ChromeOS"),
    (r"Linux|X11", "Linux"),
)


def in_words(user_agent: str) -> str:
    """Return «Яндекс Браузер, Windows», or «неизвестный браузер»."""
    line = user_agent[:500]
    names = [next((name for pattern, name in table if re.search(pattern, line)), "") for table in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, names)) or "неизвестный браузер"
