"""The create form, as a person with a keyboard or a mouse meets it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import pytest
from textual import events
from textual._compositor import Compositor
from textual.widgets import Button, Input, Static

from k8s_sandbox_tui.dashboard.create.fields import Field
from k8s_sandbox_tui.dashboard.create.form import CreateRequest, FormValues
from k8s_sandbox_tui.dashboard.create.row_text import RowText
from k8s_sandbox_tui.dashboard.create.rows import MAX_ROWS, KeyValueRows
from k8s_sandbox_tui.dashboard.create.screen import CreateScreen, FormAnswer
from k8s_sandbox_tui.dashboard.create.text_field import TextField
from k8s_sandbox_tui.provider.dotenv import Row
from tests.dashboard.create_host import DEFAULTS, Host, eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from textual._compositor import ReflowResult
    from textual.geometry import Size
    from textual.pilot import Pilot
    from textual.widget import Widget


T = TypeVar("T")


class Form:
    """The open form, and how it was left."""

    def __init__(self, pilot: Pilot[None], screen: CreateScreen, answers: list[FormAnswer]) -> None:
        self.pilot = pilot
        self.screen = screen
        self.answers = answers

    async def type(self, *texts: str) -> None:
        """Type plain text; words in angle brackets are keys."""
        for text in texts:
            keys = [text[1:-1]] if text.startswith("<") else list(text)
            await self.pilot.press(*["space" if key == " " else key for key in keys])

    async def paste(self, text: str) -> None:
        self.pilot.app.post_message(events.Paste(text))
        await self.pilot.pause()

    async def eventually(self, probe: Callable[[], T], expected: T) -> None:
        """Wait until the probe gives what is expected."""
        await eventually(self.pilot, probe, expected)

    def text(self, selector: str) -> str:
        return str(self.screen.query_one(selector, Static).content)

    def note(self, field: str) -> str:
        return self.screen.query_one(f"#{field}", Field).note.text

    @property
    def request(self) -> CreateRequest | str | None:
        """What the form was left with."""
        return (self.answers[0].requests or (None,))[0] if self.answers else "still open"

    @property
    def focused(self) -> Widget | None:
        return self.screen.focused

    @property
    def envs(self) -> KeyValueRows:
        return self.screen.query_one("#envs", KeyValueRows)

    @property
    def metadata(self) -> KeyValueRows:
        return self.screen.query_one("#metadata", KeyValueRows)

    async def to_envs(self) -> KeyValueRows:
        self.envs.edit(0, on_key=True)
        await self.pilot.pause()
        return self.envs


@pytest.fixture
async def form(request: pytest.FixtureRequest) -> AsyncIterator[Form]:
    values = getattr(request, "param", None)
    answers: list[FormAnswer] = []
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = CreateScreen(DEFAULTS, values)
        await app.push_screen(screen, lambda answer: answers.append(answer) if answer else None)
        await pilot.pause()
        yield Form(pilot, screen, answers)


async def test_an_empty_form_shows_the_defaults_of_the_runtime_and_creates_with_them(form: Form) -> None:
    image = form.screen.query_one("#image TextField", Input)
    await form.eventually(lambda: form.text("#summary"), "default/computesdk-sbx-…")
    await form.eventually(lambda: image.placeholder, "node:20-alpine")
    await form.type("p")
    await form.eventually(lambda: image.placeholder, "python:3.11-slim")
    await form.type("<left>")
    await form.eventually(lambda: image.placeholder, "node:20-alpine")
    await form.type("<ctrl+s>")
    await form.eventually(lambda: form.request, CreateRequest(runtime="node"))


async def test_everything_by_keys(form: Form) -> None:
    await form.type("<right>", "<enter>")
    await form.type("a:3", "<enter>", "web", "<tab>", "<space>", "<space>", "<tab>", "ns", "<enter>")
    await form.type("A", "<enter>", "1 2", "<enter>", "B", "<enter>", "3", "<tab>", "k", "<tab>", "v", "<tab>")
    await form.type("3", "<tab>", "1h30m", "<tab>", "250m", "<tab>", "2", "<tab>", "64Mi", "<tab>", "1Gi", "<tab>")
    await form.type("r", "<ctrl+enter>")
    await form.eventually(lambda: len(form.answers), 1)
    requests = form.answers[0].requests
    assert len({request.name for request in requests}) == 3
    assert {str(request.name)[:4] for request in requests} == {"web-"}
    assert [replace(request, name="web") for request in requests] == 3 * [
        CreateRequest(
            runtime="python",
            image="a:3",
            name="web",
            namespace="ns",
            envs={"A": "1 2", "B": "3"},
            metadata={"k": "v"},
            lifetime=timedelta(minutes=90),
            requests={"cpu": "250m", "memory": "64Mi"},
            limits={"cpu": "2", "memory": "1Gi"},
            security_profile="restricted",
        )
    ]


async def test_everything_by_mouse_and_a_name_takes_the_first_pasted_line(form: Form) -> None:
    await form.pilot.click("#runtime Choice", offset=(12, 0))
    await form.pilot.click("#image TextField")
    await form.type("img")
    await form.pilot.click("#name TextField")
    await form.paste("web\nother\n")
    await form.pilot.click("#ending")
    await form.pilot.click("#create")
    await form.eventually(lambda: form.request, CreateRequest(runtime="python", image="img", name="web"))
    assert not form.answers[0].values.random_ending


async def test_a_key_draws_its_field_without_a_new_layout_and_a_long_text_scrolls(
    form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    await form.type("<tab>")
    await form.paste("abcdefghij" * 7)
    laid_out: list[object] = []
    original: Callable[[Compositor, Widget, Size], ReflowResult] = Compositor.reflow

    def reflow(compositor: Compositor, parent: Widget, size: Size) -> ReflowResult:
        laid_out.append(size)
        return original(compositor, parent, size)

    monkeypatch.setattr(Compositor, "reflow", reflow)
    await form.type("xyz")
    assert laid_out == []
    field = form.screen.query_one("#image TextField", TextField)
    assert field.size.width < 71
    assert field.render_line(0).text.rstrip().endswith("xyz")
    assert form.screen.values.image == "abcdefghij" * 7 + "xyz"


async def test_reasons_appear_and_go_while_one_types_and_creating_goes_to_the_first_wrong_field(form: Form) -> None:
    await form.type("<tab>", "a ")
    await form.eventually(lambda: form.note("image"), "")
    await form.type("x")
    await form.eventually(lambda: form.note("image"), "! An image holds no spaces")
    await form.eventually(lambda: form.text("#summary"), "! 1 field to change")
    await form.type("<backspace>", "<backspace>")
    await form.eventually(lambda: form.note("image"), "")
    await form.type("<tab>", "Web")
    await form.eventually(lambda: form.note("name"), "! Lower-case letters only")
    await form.type("<tab>", "<tab>", "a_b")
    await form.eventually(lambda: form.note("namespace"), "! Only a-z, 0-9 and -; not “_”")
    await form.eventually(lambda: form.text("#summary"), "! 2 fields to change")
    await form.type("<tab>", "9A", "<ctrl+s>")
    await form.eventually(lambda: form.focused, form.screen.query_one("#name TextField"))
    await form.pilot.click("#create")
    await form.eventually(lambda: form.text("#summary"), "! 3 fields to change")
    assert form.answers == []


@pytest.mark.parametrize("form", [FormValues(runtime="node", envs=(Row("TOKEN", "s3cret"),))], indirect=True)
async def test_values_are_hidden_and_not_copied_until_they_are_asked_for(form: Form) -> None:
    assert "s3cret" not in form.pilot.app.export_screenshot()
    await form.type("<ctrl+r>")
    await form.eventually(lambda: "s3cret" in form.pilot.app.export_screenshot(), expected=True)
    await form.type("<ctrl+r>")
    await form.eventually(lambda: "s3cret" in form.pilot.app.export_screenshot(), expected=False)
    await form.to_envs()
    await form.type("<tab>", "<ctrl+shift+a>", "<ctrl+c>", "<ctrl+x>")
    await form.eventually(lambda: form.pilot.app.clipboard, "")
    await form.eventually(lambda: form.envs.rows, (Row("TOKEN", "s3cret"),))
    assert "s3cret" not in repr(form.envs.rows)
    await form.type("<ctrl+r>", "<ctrl+c>")
    await form.eventually(lambda: form.pilot.app.clipboard, "s3cret")


async def test_rows_come_with_enter_and_go_with_backspace_and_arrows_go_through_them(form: Form) -> None:
    envs = await form.to_envs()
    await form.type("A", "<enter>", "1", "<enter>")
    await form.eventually(lambda: len(envs.rows), 2)
    await form.eventually(lambda: form.focused, envs.editor.key_field)
    await form.type("<backspace>")
    await form.eventually(lambda: envs.rows, (Row("A", "1"),))
    await form.eventually(lambda: form.focused, envs.editor.value_field)
    await form.type("<enter>", "<enter>", "<enter>")
    await form.eventually(lambda: form.focused, form.metadata.editor.key_field)
    await form.to_envs()
    await form.type("<down>", "B", "<up>")
    await form.eventually(lambda: form.focused, envs.editor.key_field)
    await form.eventually(lambda: envs.rows, (Row("A", "1"), Row("B", "")))
    await form.type("<up>")
    await form.eventually(lambda: form.focused, form.screen.query_one("#namespace TextField"))
    await form.type("<down>", "<down>", "<down>")
    await form.eventually(lambda: form.focused, form.metadata.editor.key_field)


async def test_each_row_says_what_is_wrong_with_it(form: Form) -> None:
    await form.to_envs()
    await form.type("A", "<enter>", "<enter>", "A", "<enter>", "<enter>", "9", "<enter>", "<enter>", "<tab>", "v")
    await form.eventually(
        lambda: list(form.envs.reasons[:4]), ["", "Same as row 1", "Starts with a digit", "Name missing"]
    )
    await form.type("<shift+tab>", "B")
    await form.eventually(lambda: list(form.envs.reasons[:4]), ["", "Same as row 1", "Starts with a digit", ""])


async def test_pasted_env_text_becomes_rows_as_many_as_the_form_holds(form: Form) -> None:
    envs = await form.to_envs()
    await form.type("KEEP", "<enter>", "1", "<enter>")
    await form.paste("# comment\nexport A='one two'\r\nB=\"x\\ny\"\nbad line\n")
    await form.eventually(
        lambda: envs.rows, (Row("KEEP", "1"), Row("A", "one two"), Row("B", "x\ny"), Row("bad line", ""))
    )
    await form.eventually(lambda: form.envs.reasons[3], "Only A-Z a-z 0-9 _, not space")
    await form.eventually(lambda: form.focused, envs.editor.value_field)
    app = form.pilot.app
    assert isinstance(app, Host)
    app.remember_clipboard("C=1\nD=2")
    await form.type("<ctrl+v>")
    await form.eventually(lambda: envs.rows[4:], (Row("C", "1"), Row("D", "2")))
    assert app.said == []
    await form.paste("\n".join(f"V{number}={number}" for number in range(MAX_ROWS + 1)))
    await form.eventually(lambda: len(envs.rows), MAX_ROWS)
    await form.eventually(lambda: app.said, [f"The form holds {MAX_ROWS} rows; 7 more were left out."])


async def test_a_pasted_key_stays_one_value_and_control_characters_never_reach_the_terminal(form: Form) -> None:
    envs = await form.to_envs()
    await form.type("KEY", "<enter>")
    await form.paste("-----BEGIN KEY-----\nabc=\n-----END KEY-----\n")
    await form.eventually(lambda: envs.rows[0], Row("KEY", "-----BEGIN KEY-----\nabc=\n-----END KEY-----"))
    await form.eventually(lambda: form.envs.reasons[0], "")
    await form.type("<enter>", "CONTROLS", "<enter>")
    await form.paste("a\x1b]52;c;aGk=\x07b\x9b2J")
    await form.type("<ctrl+r>")
    field = envs.editor.value_field
    await form.eventually(lambda: envs.rows[1].value, "a\x1b]52;c;aGk=\x07b\x9b2J")
    assert not any("\x1b" in segment.text or "\x9b" in segment.text for segment in field.render_line(0))
    await form.type("!")
    await form.eventually(lambda: envs.rows[1].value, "a\x1b]52;c;aGk=\x07b\ufffd2J!")


@pytest.mark.parametrize("form", [FormValues(runtime="python", name="web", envs=(Row("A", "1"),))], indirect=True)
async def test_a_kept_form_can_be_emptied(form: Form) -> None:
    await form.eventually(lambda: form.screen.values.name, "web")
    form.screen.query_one("#afresh", Button).focus()
    await form.type("<enter>")
    await form.pilot.pause()
    await form.eventually(lambda: form.screen.values.is_empty, expected=True)
    await form.eventually(lambda: form.screen.values.runtime, "node")
    await form.type("<ctrl+s>")
    await form.eventually(lambda: form.request, CreateRequest(runtime="node"))


MANY = FormValues(runtime="node", envs=tuple(Row(f"V{number}", "x") for number in range(12)))


@pytest.mark.parametrize("form", [MANY], indirect=True)
async def test_a_click_on_a_row_edits_it_and_the_focus_is_scrolled_to_with_the_buttons_in_view(form: Form) -> None:
    assert form.screen.region.contains_region(form.screen.query_one("#create").region)
    envs = await form.to_envs()
    above, below = envs.query(RowText)
    await form.pilot.click(below, offset=(2, 1))
    await form.type("X")
    await form.pilot.click(above, offset=(40, 1))
    await form.type("Y")
    edited = [(1, Row("V1", "xY")), (2, Row("V2X", "x"))]
    await form.eventually(lambda: [pair for pair in enumerate(envs.rows) if pair[1] not in MANY.envs], edited)
    fields = form.screen.query_one("#fields")
    await form.to_envs()
    for _ in range(12):
        await form.type("<down>")
        await form.eventually(
            lambda: form.focused is not None and fields.region.contains_region(form.focused.region), expected=True
        )
    await form.eventually(lambda: form.focused, form.metadata.editor.key_field)
    await form.type("<up>")
    await form.eventually(lambda: form.envs.index, 11)


async def test_a_file_is_imported_and_its_path_completed(
    form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prod.env").write_text("A=1\nB=2\n")
    await form.to_envs()
    await form.type("KEEP", "<ctrl+o>", "p")
    importer = form.pilot.app.screen
    path = importer.query_one("#path", Input)
    async with asyncio.timeout(60):
        while not path.value.endswith(".env"):
            await form.type("<right>")
    path.value = "nothing.env"
    await form.type("<enter>")
    async with asyncio.timeout(60):
        while "no such file" not in str(importer.query_one("#note", Static).content):
            await form.pilot.pause()
    path.value = str(tmp_path / "prod.env")
    await form.type("<enter>")
    async with asyncio.timeout(60):
        while len(form.envs.rows) < 3:
            await form.pilot.pause()
    await form.eventually(lambda: form.envs.rows, (Row("KEEP", ""), Row("A", "1"), Row("B", "2")))
    await form.type("<ctrl+o>", "<escape>")
    await form.eventually(lambda: len(form.envs.rows), 3)


async def test_keys_typed_ahead_reach_the_field_they_are_meant_for_and_cancelling_hands_all_back(form: Form) -> None:
    keys = [*("right", "tab", *"img", "enter", *"Web", "tab", "tab", *"prod", "enter", *"NAME", "tab", *"value")]
    for key in keys:
        form.pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await form.eventually(lambda: form.screen.values.envs, (Row("NAME", "value"),))
    values = form.screen.values
    assert (values.runtime, values.image, values.name, values.namespace) == ("python", "img", "Web", "prod")
    await form.type("<escape>")
    await form.eventually(lambda: form.request, None)
    assert form.answers[0].values == values


HOSTILE = (
    "[/x][bold[@click=app.quit]x[/]\x1b]52;c;aGk=\x07\x1b[2J\x9b31m\x00\x7f\x85",
    "\u202ereversed\u200b\u2028e" + "\u0301" * 50 + "👩‍👩‍👧‍👦" * 20 + "漢字" * 40,
    "a=b\nc=d\r\n\x1b[31m='",
    "\r\r\n\n",
    "=" * 2_000,
)


async def test_any_text_in_any_field_is_shown_and_judged(form: Form) -> None:
    form.envs.masked = False
    for text in HOSTILE:
        for selector in ("#image TextField", "#name TextField", "#namespace TextField"):
            form.screen.query_one(selector).focus()
            await form.paste(text)
        for rows in (form.envs, form.metadata):
            rows.edit(0, on_key=True)
            await form.paste(text)
            rows.edit(len(rows.rows) - 1, on_key=False)
            await form.paste(text)
        for widget in (*form.screen.query(TextField), *form.screen.query(RowText), *form.screen.query(Field)):
            shown = "".join(widget.render_line(line).text for line in range(widget.size.height))
            assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", shown), (text, widget)
    await form.type("<ctrl+s>")
    await form.eventually(lambda: form.screen.focused, form.screen.query_one("#image TextField"))
    assert form.answers == []
