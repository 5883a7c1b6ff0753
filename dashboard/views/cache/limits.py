"""The limits of this server, and how near to them a visitor is."""

from __future__ import annotations

import streamlit as st

from dashboard import jobs
from dashboard.wording import plural, say_room, say_size

__all__ = ["show_limits"]


def show_limits() -> None:
    """Draw the limits: those of visitors where the server has any."""
    is_shared, limits = jobs.is_shared(), jobs.limits()
    quotas = limits.quotas
    st.header("Limits")
    if is_shared and not jobs.is_demo_only():
        _show_room()
    sizes = [say_size(limits.cache_limit_bytes), say_size(limits.results_limit_bytes)]
    lines = [f"The cached features take at most {sizes[0]}, the kept results {sizes[1]}."]
    if not jobs.is_demo_only():
        lines.append(
            "Uploads, samples from the Hub and merged models that no run uses are deleted after "
            f"{quotas.keep_days:g} days."
        )
    if is_shared:
        lines.append(f"Each visitor may have {plural(quotas.n_runs, 'run')} waiting or running at a time.")
    else:
        lines.append("Where several people use a server, each visitor also has limits of their own.")
    st.markdown("\n".join(f"- {line}" for line in lines))
    if not is_shared:
        st.caption(
            "The variables PTMRANK_CACHE_GB, PTMRANK_RESULTS_GB, PTMRANK_KEEP_DAYS, PTMRANK_OWNER_GB, "
            "PTMRANK_OWNER_UPLOADS and PTMRANK_OWNER_RUNS set them."
        )


def _show_room() -> None:
    """Draw how much a visitor keeps."""
    room, quotas = jobs.room(), jobs.limits().quotas
    share = max(room.n_kept / quotas.n_uploads, room.kept_bytes / quotas.upload_bytes)
    st.progress(min(1.0, share), text=say_room(room))
