"""Headless Chromium, where it is installed, and what no page may do in it."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def browser():
    """Chromium, driven by Playwright; tests that need it are skipped without."""
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    if CHROMIUM is None:
        pytest.skip("no chromium is installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def opened(browser):
    """A page of an address; at the end, check that it neither failed nor asked elsewhere."""
    contexts, wrong = [], []

    def open_page(address, within="file:", width=1440, **settings):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **settings))
        page = contexts[-1].new_page()
        ours = (within, "data:", "blob:", "about:")
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.on("request", lambda r: None if r.url.startswith(ours) else wrong.append(r.url))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture(scope="session")
def barriers():
    """What axe-core finds of a page that keeps people out, of all impacts or of the serious."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
    )

    def found(page, impacts=("minor", "moderate", "serious", "critical")):
        # Style sheets are not read again: pages on disk may not.
        options = {"resultTypes": ["violations"], "preload": False}
        violations = axe.Axe().run(page, options=options).response["violations"]
        return [
            f"{violation['impact']}: {violation['help']} {node['target']}"
            for violation in violations
            if violation["impact"] in impacts
            for node in violation["nodes"]
        ]

    return found
