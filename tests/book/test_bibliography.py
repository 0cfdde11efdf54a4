"""Every work that is cited leads the reader to it, on the page too: a DOI, a number on arXiv, an address, or a reason."""

import re

import pytest
from bs4 import BeautifulSoup
from pybtex.database import parse_file

from tests.conftest import ROOT

ENTRIES = parse_file(str(ROOT / "book/references.bib")).entries
FORMS = {"doi": r"10\.\d{4,}/\S+", "eprint": r"\d{4}\.\d{4,5}", "url": r"https?://\S+"}
WHERE = {"doi": "https://doi.org/{}", "eprint": "https://arxiv.org/abs/{}", "url": "{}"}


def links(entry):
    """Where an entry leads: {field: value}."""
    return {field: entry.fields[field] for field in FORMS if field in entry.fields}


@pytest.mark.parametrize("key", list(ENTRIES))
def test_an_entry_leads_to_its_work_or_says_why_not(key):
    entry = ENTRIES[key]
    assert bool(links(entry)) != bool(entry.fields.get("unlinked")), "give its DOI, arXiv number or address"
    for field, value in links(entry).items():
        assert re.fullmatch(FORMS[field], value), f"{field}: {value}"
    assert "arXiv" not in entry.fields.get("note", ""), "write the number as eprint: then it is a link"


def test_few_have_no_link():
    assert len(ENTRIES) >= 50
    assert [key for key, entry in ENTRIES.items() if not links(entry)] == ["levenshtein1966binary"]


def test_no_two_entries_lead_to_the_same_work():
    found = [WHERE[field].format(value).lower() for entry in ENTRIES.values() for field, value in links(entry).items()]
    assert len(set(found)) == len(found)


def test_the_page_shows_where_each_leads(book):
    page = BeautifulSoup((book / "book/bibliography.html").read_text(encoding="utf-8"), "html.parser")
    shown = {link["href"] for link in page.select("div.citation a[href^=http]")}
    cited = page.select("div.citation[id]")
    assert len(cited) > 40
    wanted = {WHERE[field].format(value) for entry in ENTRIES.values() for field, value in list(links(entry).items())[:1]}
    assert len(shown & wanted) == len(cited) - 1, "all but the one that has no place to lead to"
