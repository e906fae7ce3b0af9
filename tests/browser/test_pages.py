"""The examples in real browsers, as people use them."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PHONE
from example import EXAMPLES, PATIENCE, running
from playwright.sync_api import expect
from rich.console import Console
from rich.text import Text

sys.path.insert(0, str(EXAMPLES))

import samples

PAGES = ["board", "dashboard", "gallery", "shop", "side_by_side", "stock"]
DATABASES = {"side_by_side": "guests"}


# All of them


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_fits_a_phone_and_its_words_can_be_read(name, scheme, start, visit):
    page = visit(start(name, DATABASES.get(name)), viewport=PHONE, color_scheme=scheme)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    assert page.evaluate(UNREADABLE) == []


# Elements with words of their own whose colour differs too little from what is behind them: the
# Web Content Accessibility Guidelines want a contrast of 4.5.
UNREADABLE = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((value) => value / 255)
      .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (parts(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const contrast = (element) => {
    const pair = [light(getComputedStyle(element).color), light(behind(element))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  };
  return [...document.body.querySelectorAll("*")]
    .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((each) => contrast(each) < 4.5)
    .map((each) => `${each.outerHTML}: ${contrast(each)}`);
}"""


@pytest.mark.parametrize("name", PAGES)
def test_all_that_can_be_used_has_a_name_and_is_reached_by_tab(name, start, visit):
    page = visit(start(name, DATABASES.get(name)))
    usable = page.locator("a, button, input:not([type=hidden]), select, audio, progress:visible")
    for element in usable.all():
        assert name_of(element), element.evaluate("element => element.outerHTML")
    wanted = page.locator("a, button, input:not([type=hidden]), select").count()
    reached = set()
    for _ in range(wanted + 50):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(FOCUSED))
    assert set(range(wanted)) <= reached


def name_of(element) -> str:
    """Return what a screen reader calls it."""
    return element.evaluate(
        "each => each.ariaLabel || each.textContent.trim() || each.labels?.[0]?.textContent.trim()"
        " || each.querySelector('img')?.alt"
    )


FOCUSED = """() =>
  [...document.querySelectorAll("a, button, input:not([type=hidden]), select")]
    .indexOf(document.activeElement)
"""


# The list


def test_one_browser_sees_what_the_other_did(start, visit, screenshot):
    board = start("board")
    one, other = visit(board), visit(board)
    expect(one.get_by_role("status")).to_have_text("2 pages are here")
    expect(one.get_by_text("There is nothing on the list yet.")).to_be_visible()
    for text in "Darjeeling, second flush", "Milk", "Lemons <b>", "Biscuits":
        one.get_by_label("What is to be bought").fill(text)
        one.get_by_role("button", name="Add").click()
        expect(other.get_by_role("checkbox", name=text)).not_to_be_checked()
    other.get_by_role("checkbox", name="Milk").click()
    expect(one.get_by_role("checkbox", name="Milk")).to_be_checked()
    one.get_by_role("button", name="Remove Lemons <b>").click()
    expect(other.get_by_role("checkbox", name="Lemons <b>")).to_have_count(0)
    screenshot(one, "board")
    late = visit(board)
    expect(late.get_by_role("checkbox")).to_have_count(3)
    expect(late.get_by_role("checkbox", name="Milk")).to_be_checked()


def test_the_list_can_be_used_with_the_keyboard_alone(start, visit):
    page = visit(start("board"))
    expect(page.get_by_role("status")).to_have_text("Only you are here")
    page.keyboard.press("Tab")
    for text in "Tea", "Milk":
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(page.get_by_role("checkbox", name=text)).to_be_visible()
    for key in "Tab", "Tab", "Space":
        page.keyboard.press(key)
    tea = page.get_by_role("checkbox", name="Tea")
    expect(tea).to_be_checked()
    expect(tea).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(tea).to_have_count(0)
    expect(page.get_by_role("button", name="Remove Milk")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("What is to be bought")).to_be_focused()


def test_a_page_comes_back_when_the_server_does(start, visit, mongo_server, tmp_path):
    board = start("board")
    page = visit(board, but="WebSocket connection to")
    page.get_by_label("What is to be bought").fill("Tea")
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name="Tea")).to_be_visible()
    assert board.stop() == 0
    expect(page.get_by_role("status")).to_have_text("Not connected: trying again")
    page.get_by_role("button", name="Remove Tea").click()
    expect(page.get_by_role("alert")).to_have_text("There is no connection now.")
    port = board.address.partition(":")[2]
    with running("board", tmp_path, "--port", port, MONGODB_URI=mongo_server.uri):
        expect(page.get_by_role("status")).to_have_text("Only you are here")
        expect(page.get_by_role("checkbox", name="Tea")).to_be_visible()


# The gallery


def test_a_picture_that_is_uploaded_is_seen(start, visit, screenshot, tmp_path: Path):
    page = visit(start("gallery"))
    expect(page.get_by_role("img")).to_have_count(4)
    picture = tmp_path / 'sun "& moon".png'
    picture.write_bytes(samples.picture("dusk"))
    page.get_by_label("Files to add").set_input_files(picture)
    page.get_by_role("button", name="Upload").click()
    uploaded = page.get_by_role("img", name=picture.name)
    expect(uploaded).to_be_visible()
    for image in page.get_by_role("img").all():
        expect(image).to_have_js_property("naturalWidth", samples.WIDTH)
    page.get_by_role("button", name=f"Remove {picture.name}").click()
    expect(uploaded).to_have_count(0)
    screenshot(page, "gallery")


def test_a_plain_form_uploads_a_picture(start, visit, tmp_path: Path):
    """Without any script: the browser sends the form, with the page's token."""
    gallery = start("gallery")
    page = visit(gallery, java_script_enabled=False)
    picture = tmp_path / 'dawn "&" tüsk.png'
    picture.write_bytes(samples.picture("dusk"))
    page.get_by_label("Files to add").set_input_files(picture)
    page.get_by_role("button", name="Upload").click()
    expect(page).to_have_url(f"http://{gallery.address}/")
    uploaded = page.get_by_role("img", name=picture.name)
    expect(uploaded).to_be_visible()
    answer = page.request.get(f"http://{gallery.address}{uploaded.get_attribute('src')}")
    assert (answer.body(), answer.headers["content-type"]) == (picture.read_bytes(), "image/png")
    page.get_by_role("button", name=f"Remove {picture.name}").click()
    expect(uploaded).to_have_count(0)


def test_a_tune_is_wound_forward_without_what_is_between(start, visit):
    page = visit(start("gallery"))
    tune = page.locator("audio")
    duration = tune.evaluate(DURATION)
    assert duration > 60
    with page.expect_response(lambda answer: is_part(answer) and start_of(answer) > 0) as part:
        tune.evaluate(f"audio => {{ audio.currentTime = {duration - 2} }}")
    assert part.value.status == 206
    expect(tune).to_have_js_property("seeking", False)
    with page.expect_event("console", lambda said: said.text == "the end"):
        tune.evaluate("audio => { audio.onended = () => console.log('the end'); audio.play(); }")


DURATION = """audio => new Promise((resolve) => {
  if (audio.readyState >= 1) resolve(audio.duration);
  audio.onloadedmetadata = () => resolve(audio.duration);
})"""


def is_part(answer) -> bool:
    return "/files/" in answer.url and "content-range" in answer.headers


def start_of(answer) -> int:
    return int(re.match(r"bytes (\d+)-", answer.headers["content-range"])[1])


def test_a_file_that_is_not_stored_is_said_to_be_so(start, visit, tmp_path: Path):
    gallery = start("gallery")
    page = visit(gallery, but="ERR_CONNECTION_REFUSED")
    assert gallery.stop() == 0
    (tmp_path / "tea.txt").write_text("Tea")
    page.get_by_label("Files to add").set_input_files(tmp_path / "tea.txt")
    page.get_by_role("button", name="Upload").click()
    said = "tea.txt was not stored: there is no connection."
    expect(page.get_by_role("status")).to_have_text(said)


# The dashboard


def test_the_dashboard_moves_while_there_is_a_load(start, visit, request, screenshot):
    page = visit(start("dashboard"))
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.get_by_label("Busy threads")).to_have_text("0")
    heavy = page.get_by_role("button", name="Heavy")
    heavy.click()
    expect(heavy).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Busy threads")).to_have_text("16")
    expect(page.get_by_label("Waiting calls")).to_have_text(re.compile(r"^[1-9]\d$"))
    finished = page.locator("[data-of=calls][data-field=finished]")
    before = finished.text_content()
    expect(finished).not_to_have_text(before)
    expect(page.get_by_label("Calls a second")).not_to_have_text("0")
    page.get_by_role("button", name="Too much").click()
    expect(page.get_by_label("Refused a second")).to_have_text(re.compile("[1-9]"))
    if request.config.getoption("--screenshots"):
        line = page.locator("#rate-line")
        expect(line).to_have_attribute("points", re.compile(r"(\S+ ){30}"), timeout=40_000)
    screenshot(page, "dashboard")
    page.get_by_role("button", name="None").press("Enter")
    expect(page.get_by_label("Busy threads")).to_have_text("0")
    expect(page.get_by_label("Waiting calls")).to_have_text("0")


# Stock, the guest book, the shop


def move_chests(page, what_goes_wrong):
    page.get_by_label("From").select_option("Hamburg")
    page.get_by_label("To").select_option("Bergen")
    page.get_by_label("Chests").fill("15")
    page.get_by_label("What goes wrong").select_option(what_goes_wrong)
    page.get_by_role("button", name="Move").click()


def test_a_move_that_fails_moves_nothing(start, visit, screenshot):
    page = visit(start("stock"), but="500 (Internal Server Error)")
    hamburg = page.get_by_role("row", name=re.compile("^Hamburg"))
    move_chests(page, "The program fails half-way")
    expect(page.get_by_role("status")).to_contain_text("Nothing has moved")
    expect(hamburg).to_have_text(re.compile("120"))
    move_chests(page, "The connection breaks at the commit")
    expect(page.get_by_role("status")).to_have_text("15 chests have moved.")
    expect(hamburg).to_have_text(re.compile("105"))
    expect(page.get_by_text("commitTransaction failed")).to_be_visible()
    expect(page.get_by_text("commitTransaction done")).to_be_visible()
    screenshot(page, "stock")
    page.reload()
    expect(hamburg).to_have_text(re.compile("105"))


def test_an_entry_in_the_guest_book_is_seen(start, visit, screenshot):
    page = visit(start("side_by_side", "guests"))
    page.get_by_label("Your name").fill("Grace")
    page.get_by_label("What you have to say").fill("Two frameworks, <one> loop.")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Entries").get_by_role("listitem").first).to_contain_text(
        "Grace: Two frameworks, <one> loop."
    )
    screenshot(page, "side_by_side")


def test_the_shop_shows_its_teas(start, visit, screenshot):
    page = visit(start("shop"))
    expect(page.get_by_role("row", name="Sencha")).to_contain_text("9.80")
    screenshot(page, "shop")


# The bulk import, in a terminal


def test_the_progress_bar_moves_on_a_terminal(browser, mongo_server, request, screenshot):
    controller, terminal = os.openpty()
    process = subprocess.Popen(
        [sys.executable, EXAMPLES / "bulk_import.py", "--rows", "60000"],
        env=os.environ
        | {"MONGODB_URI": mongo_server.uri, "COLUMNS": "80", "TERM": "xterm-256color"},
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    shown = b""
    try:
        while part := os.read(controller, 4096):
            shown += part
    except OSError:  # how Linux says that nobody has the terminal any more
        pass
    finally:
        os.close(controller)
        assert process.wait(PATIENCE) == 0
    frames = [frame for frame in re.split(r"\r(?:\x1b\[2K)?|\n", shown.decode()) if " %" in frame]
    shares = [int(re.search(r"(\d+) %", frame)[1]) for frame in frames]
    assert shares == sorted(shares)
    assert any(0 < share < 100 for share in shares)
    assert shares[-1] == 100
    # Its picture.
    half_way = min(frames, key=lambda frame: abs(int(re.search(r"(\d+) %", frame)[1]) - 60))
    console = Console(record=True, width=80, file=io.StringIO())
    console.print("$ python examples/bulk_import.py --rows 60000")
    console.print(Text.from_ansi(half_way))
    page = browser.new_page(viewport={"width": 1000, "height": 200})
    page.set_content(f"<body style='margin: 0'>{console.export_svg(title='')}</body>")
    screenshot(page.locator("svg").first, "bulk_import")
    page.close()
