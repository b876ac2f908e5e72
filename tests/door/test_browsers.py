"""Browsers in words."""

from __future__ import annotations

import pytest

from app.door.browsers import in_words

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"{CHROME} Safari/537.36", "Chrome, Windows"),
        (f"{CHROME} YaBrowser/24.4.0 Safari/537.36", "Яндекс Браузер, Windows"),
        (f"{CHROME} Safari/537.36 Edg/124.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 Chrome/124.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1 Version/17.4 Safari/604.1",
         "Safari, iPhone или iPad"),
        ("", "неизвестный браузер"),
        ("<script>Canary Иванова</script>" * 200, "неизвестный браузер"),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_words_and_never_by_its_line(line: str, words: str) -> None:
    assert in_words(line) == words
