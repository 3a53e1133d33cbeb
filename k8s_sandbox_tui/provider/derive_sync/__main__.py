"""Writes the synchronous face."""

from __future__ import annotations

from k8s_sandbox_tui.provider.derive_sync.face import TARGET, derive

TARGET.write_text(derive(), encoding="utf-8")
