"""The screen around the cluster on this machine: one that has ended can be started again from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from k8s_sandbox_tui.dashboard.cluster_screen import ClusterScreen

if TYPE_CHECKING:
    from k8s_sandbox_tui.dashboard.feed_state import FeedState


class LocalScreen(ClusterScreen):
    """Says how a local cluster that does not answer comes back, and has it do so."""

    @property
    def feed_state(self) -> FeedState:
        """How the rows come in, and what helps where they do not."""
        state = self._feed.state
        if not self._is_lost:
            return state
        return msgspec.structs.replace(
            state, hint=f"If the local cluster has ended, {self.key_of('view.refresh')} starts it again."
        )

    @property
    def _is_lost(self) -> bool:
        return self._cluster.local and self._feed.state.freshness == "stale"

    def ask_again(self) -> None:
        """Ask the cluster for its sandboxes now; start the local one again where it does not answer."""
        from k8s_sandbox_tui.provider.opened import ClusterWish

        # What still runs would be let go of: the cluster may only be slow.
        if self._is_lost and not self.what_ends():
            self.go_to(ClusterWish(local=True))
        else:
            self._feed.refresh_now()
