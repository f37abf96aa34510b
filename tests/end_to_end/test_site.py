"""The documentation: the site builds without a warning, its links lead somewhere, it needs no
network, it can be read on a telephone and by everybody, and it names all that it promises.
"""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from shared import ROOT

import autograder
from autograder.cli import main
from autograder.grading import configuration

DOCS = ROOT / "docs"
LOOKED_AT = ("index", "messages", "isolation", "gallery/ridge/ridge")
"""Pages with a picture, quotations, wide tables, and the cells of a notebook."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    done = subprocess.run(
        [*command, "-d", str(folder / "trees"), str(DOCS), str(folder / "html")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return folder / "html"


class Page(HTMLParser):
    """The anchors of a page, where its links lead, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors = set[str]()
        self.links = list[str]()
        self.loads = list[str]()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attributes}
        self.anchors |= {known[name] for name in ("id", "name") if name in known}
        if tag == "a" and "href" in known:
            self.links.append(known["href"])
        elif tag == "link" and "stylesheet" in known.get("rel", ""):
            self.loads.append(known["href"])
        elif "src" in known:
            self.loads.append(known["src"])


def dead(pages: dict[Path, Page]) -> list[str]:
    """The links and files that lead nowhere."""
    found = []
    for path, page in pages.items():
        for link in page.links + page.loads:
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = unquote(
                link.partition("?")[0] if "#" not in link else link
            ).partition("#")
            target = (path.parent / name).resolve() if name else path
            if not target.is_file() or (
                anchor and target in pages and anchor not in pages[target].anchors
            ):
                found.append(f"{path.name}: {link}")
    return found


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.resolve().rglob("*.html"))}


def test_each_link_of_the_site_leads_to_a_page_and_a_heading(pages: dict[Path, Page]) -> None:
    assert len(pages) > 50
    assert sum(len(page.links) for page in pages.values()) > 1000
    assert dead(pages) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    path = tmp_path.resolve() / "a.html"
    path.write_text('<a href="b.html"></a><p id="x"><a href="#x"></a><a href="#y"></a><img src=c>')
    assert dead({path: Page(path)}) == ["a.html: b.html", "a.html: #y", "a.html: c"]


def test_the_site_loads_nothing_from_a_network(site: Path, pages: dict[Path, Page]) -> None:
    loaded = [load for page in pages.values() for load in page.loads]
    assert len(loaded) > 100
    assert [load for load in loaded if re.match(r"(https?:)?//", load)] == []
    sheets = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    fetched = [re.findall(r"(?:@import|url\()\s*['\"]?(?:https?:)?//[^)'\"]*", s) for s in sheets]
    assert sheets
    assert fetched == [[]] * len(sheets)


def test_the_site_names_each_public_name_command_and_setting(site: Path) -> None:
    names = (site / "api.html").read_text(encoding="utf-8")
    words = (DOCS / "manual.md").read_text(encoding="utf-8")
    for name in autograder.__all__:
        assert f'id="autograder.{name}"' in names, name
    for module in ("rules", "same"):
        (imported,) = re.findall(rf"from autograder\.{module} import \(\n(.*?)\)", words, re.DOTALL)
        for name in re.findall(r"\w+", imported):
            assert f'id="autograder.{module}.{name}"' in names, name
    fields = re.findall(r"^\| (`.*?) \|", (DOCS / "api.md").read_text(encoding="utf-8"), re.M)
    assert sorted(name for row in fields for name in re.findall(r"`(\w+)`", row)) == sorted(
        each.name for each in dataclasses.fields(autograder.Question) if each.init
    )
    commands = (site / "commands.html").read_text(encoding="utf-8")
    for name, command in main.commands.items():
        assert f'id="autograder-{name}"' in commands, name
        for parameter in command.params:
            for option in parameter.opts if parameter.param_type_name == "option" else ():
                assert option in commands, f"{name} {option}"
    settings = (DOCS / "settings.md").read_text(encoding="utf-8")
    for name in vars(configuration)["_SETTINGS"]:
        assert f"\n| `{name}` |" in settings, name


def test_the_readme_is_short_and_its_links_lead_to_files_and_headings() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    masters = list((DOCS / "gallery").glob("*/*.ipynb"))
    assert f"and {len(masters)} more questions to copy from." in text
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", text)
    assert len(links) > 20
    for link in links:
        name, _, anchor = link.partition("#")
        target = ROOT / name
        assert target.is_file(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in [re.sub(r"[^\w]+", "-", each.lower()) for each in headings], link


def test_the_pictures_are_small() -> None:
    pictures = list((DOCS / "pictures").iterdir())
    assert {each.name for each in pictures} == {"check.png", "class.png", "growth.png"}
    assert sum(each.stat().st_size for each in pictures) < 200_000


def faults(browser: Any, path: Path, width: int, scheme: str) -> list[str]:
    """What axe calls serious on a page, and whether the page is wider than its window."""
    from axe_playwright_python.sync_playwright import Axe

    tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab.goto(path.as_uri())
    found = [
        f"{path.name}, {width}, {scheme}: {each['id']} {each['nodes'][0]['html']}"
        for each in Axe().run(tab).response["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    if tab.evaluate("document.documentElement.scrollWidth") > width:
        found.append(f"{path.name}, {width}, {scheme}: wider than the window")
    tab.close()
    return found


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_pages_of_each_kind_can_be_read_by_everybody(
    browser: Any, site: Path, width: int, scheme: str
) -> None:
    assert [
        fault
        for name in LOOKED_AT
        for fault in faults(browser, site / f"{name}.html", width, scheme)
    ] == []


@pytest.mark.slow
def test_each_page_can_be_read_by_everybody(browser: Any, pages: dict[Path, Page]) -> None:
    assert [
        fault
        for path in pages
        for width, scheme in ((390, "light"), (1280, "dark"))
        for fault in faults(browser, path, width, scheme)
    ] == []


def test_the_search_finds_a_word_without_a_network(browser: Any, site: Path) -> None:
    tab = browser.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{(site / 'search.html').as_uri()}?q=tolerance")
    tab.wait_for_selector("#search-results li a", timeout=20_000)
    found = tab.eval_on_selector_all("#search-results li a", "all => all.map(a => a.href)")
    tab.close()
    assert any("tolerance.html" in each for each in found)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
