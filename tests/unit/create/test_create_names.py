"""Which names and image references the form takes, and what it says of the others."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_sandbox_tui.dashboard.create.image_reference import image_reason
from k8s_sandbox_tui.dashboard.create.names import env_name_reason, label_reason, metadata_key_reason
from k8s_sandbox_tui.dashboard.create.visible import from_visible, to_visible


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("node", ""),
        ("node:20-alpine", ""),
        ("python:3.11-slim", ""),
        ("library/node", ""),
        ("registry.example.com/team/app:1.0", ""),
        ("registry.example.com:5000/team/app", ""),
        ("localhost/app", ""),
        ("localhost:5000/app:x", ""),
        ("[::1]:5000/app", ""),
        ("Registry/app", ""),
        ("a__b/c--d/e_f.g", ""),
        ("app@sha256:" + "a" * 64, ""),
        ("app:1@sha256:" + "a" * 64, ""),
        ("my image", "An image holds no spaces"),
        ("a\nb", "An image holds no line break"),
        ("https://example.com/app", "Leave out the scheme: start with the registry's name"),
        ("Node", "Lower-case letters only: “Node”"),
        ("example.com/Team/app", "Lower-case letters only: “Team”"),
        ("node:", "The tag after : is missing"),
        ("node:-x", "Not a tag: “-x”"),
        ("node:é", "Not a tag: “é”"),
        ("node:" + "a" * 129, "Not a tag: “" + "a" * 129 + "”"),
        (":tag", "The image's name is missing"),
        ("a//b", "A name is missing beside a /"),
        ("/a", "A name is missing beside a /"),
        ("a/", "A name is missing beside a /"),
        ("a___b", "Not an image name: “a___b”"),
        ("-a", "Not an image name: “-a”"),
        ("example.com:port/app", "Not a registry's port: “port”"),
        ("example.com:70000/app", "Not a registry's port: “70000”"),
        pytest.param("example.com:" + "9" * 5000 + "/a", "Too long: 5014 characters, at most 255", id="long port"),
        ("example.com:/app", "The registry's port is missing"),
        ("exa_mple.com/app", "Not a registry's name: “exa_mple.com”"),
        (":5000/app", "The registry's name is missing"),
        ("app@sha256:abc", "After @ comes a digest, as in sha256:… (64 digits)"),
        ("app@", "After @ comes a digest, as in sha256:… (64 digits)"),
        ("a" * 256, "Too long: 256 characters, at most 255"),
    ],
)
def test_image_references(image: str, reason: str) -> None:
    assert image_reason(image) == reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", ""),
        ("a", ""),
        ("web-1", ""),
        ("9", ""),
        ("a" * 63, ""),
        ("a" * 64, "Too long: 64 characters, at most 63"),
        ("Web", "Lower-case letters only"),
        ("a_b", "Only a-z, 0-9 and -; not “_”"),
        ("a b", "Only a-z, 0-9 and -; not a space"),
        ("ü", "Only a-z, 0-9 and -; not “ü”"),
        ("-a", "Starts with a letter or a digit, not -"),
        ("a-", "Ends with a letter or a digit, not -"),
        ("a.b", "Only a-z, 0-9 and -; not “.”"),
        ("٣", "Only a-z, 0-9 and -; not “٣”"),
    ],
)
def test_labels(name: str, reason: str) -> None:
    assert label_reason(name) == reason


def test_a_prefix_may_end_with_a_hyphen() -> None:
    assert label_reason("web-", prefix=True) == ""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("A", ""),
        ("_a9", ""),
        ("api_key", ""),
        ("", "Name missing"),
        ("9A", "Starts with a digit"),
        ("A-B", "Only A-Z a-z 0-9 _, not “-”"),
        ("A B", "Only A-Z a-z 0-9 _, not space"),
        ("É", "Only A-Z a-z 0-9 _, not “É”"),
        ("A\n", "Only A-Z a-z 0-9 _, not “\n”"),
    ],
)
def test_variable_names(name: str, reason: str) -> None:
    assert env_name_reason(name) == reason


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("owner", ""),
        ("Owner.Team_1", ""),
        ("-x", ""),
        ("a" * 58, ""),
        ("", "Key missing"),
        ("a" * 59, "59 characters, at most 58"),
        ("Bad Key/x", "Only A-Z a-z 0-9 . _ -, not space"),
        ("a/b", "Only A-Z a-z 0-9 . _ -, not “/”"),
        ("a.", "Ends with a letter or a digit"),
    ],
)
def test_metadata_keys(key: str, reason: str) -> None:
    assert metadata_key_reason(key) == reason


@given(st.text())
def test_what_is_taken_is_what_kubernetes_takes(text: str) -> None:
    assert isinstance(image_reason(text), str)
    label = re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", text)
    assert (not label_reason(text)) == bool(label or not text)
    name = re.fullmatch(r"([A-Za-z0-9][A-Za-z0-9_.-]*)?[A-Za-z0-9]", f"meta-{text}")
    assert (not metadata_key_reason(text)) == bool(name and text and len(text) <= 58)
    assert (not env_name_reason(text)) == bool(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text))


@given(st.text())
def test_no_control_character_is_shown(text: str) -> None:
    shown = to_visible(text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", shown)
    assert len(shown) == len(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x7F)))
def test_shown_ascii_comes_back(text: str) -> None:
    assert from_visible(to_visible(text)) == text
