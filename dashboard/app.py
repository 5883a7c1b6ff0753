"""The entry point: the server that ``streamlit run`` finds here, and the page it draws for each visitor."""

from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.server import warming
from dashboard.server.downloads import winner_route
from dashboard.server.layers import layers_of
from dashboard.server.owner import note_session
from dashboard.server.settings import hold_settings, open_door
from ptmrank_core.config import ASSETS


def draw() -> None:
    """Draw the page of the address: configuration, navigation, run."""
    st.set_page_config(page_title="PTMRank", page_icon=str(ASSETS / "logo.svg"), layout="wide")
    st.logo(str(ASSETS / "logo.svg"), size="large")
    st.html(Path(__file__).parent / "style.css")
    warming.wait()
    # Imported here because the server has to listen before it imports what pages need.
    from dashboard import jobs  # noqa: PLC0415
    from dashboard.components.sharing import show_account, show_demo_only  # noqa: PLC0415
    from dashboard.components.titles import title_tab  # noqa: PLC0415
    from dashboard.views.pages import PAGES  # noqa: PLC0415
    from dashboard.wording import tell_faults  # noqa: PLC0415

    first = next(iter(PAGES))
    pages = {
        address: st.Page(
            tell_faults(page.draw),
            title=page.title,
            url_path=address,
            default=address == first,
            visibility="hidden" if page.is_hidden else "visible",
        )
        for address, page in PAGES.items()
    }
    chosen = st.navigation(list(pages.values()), position="top")
    state.register_pages(pages, chosen)
    title_tab(chosen.title)
    note_session()
    show_account()
    show_demo_only()
    chosen.run()
    jobs.stay_ready()


if __name__ == "__main__":  # how Streamlit runs this file for a visitor
    draw()
else:  # how its server imports it, once
    hold_settings()
    app = st.App(
        __file__, lifespan=warming.warm_up, middleware=layers_of(open_door()), routes=[winner_route()]
    )
