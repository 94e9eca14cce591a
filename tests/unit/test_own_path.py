"""Where a browser is sent after it signed in: never to another site, whatever the form says."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.pages.own_path import own_path


@pytest.mark.parametrize(
    "path", ["/", "/plan", "/regions/aws:eu-north-1", "/?q=%2F%2Fa&hours=48", "/compare?a=1&a=2#map", "/a//b", "/%252f"]
)
def test_a_path_of_ours_is_kept_with_its_query(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/plan\\evil",
        "https:evil.example",
        "https://evil.example",
        "HTTPS:/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/%2fevil.example",
        "/%2Fevil.example",
        "/%5cevil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/ /evil.example",
        "/plan\r\nSet-Cookie: a=b",
        "/plan\0",
        "/\u2028/evil.example",
        "/\uff0fevil.example",
        "/@evil.example\u0000",
        "/" + "a" * 2000,
    ],
)
def test_everything_else_leads_home(path: str) -> None:
    assert own_path(path) == "/"


# What a browser does with a reference before it looks at it (WHATWG URL): it drops tabs and line ends anywhere, blanks
# and control characters at both ends, and takes a backslash for a slash.
def as_a_browser_reads(reference: str) -> str:
    kept = "".join(letter for letter in reference if letter not in "\t\r\n")
    return kept.strip("".join(map(chr, range(33)))).replace("\\", "/")


@given(st.text(st.sampled_from("/\\%25fFcC:@.?#a \t\r\n\0evil"), max_size=20) | st.text(max_size=20))
def test_no_text_leads_a_browser_to_another_host(text: str) -> None:
    target = urlsplit(urljoin("https://own.example/sign-in", as_a_browser_reads(own_path(text))))

    assert (target.scheme, target.netloc) == ("https", "own.example")
