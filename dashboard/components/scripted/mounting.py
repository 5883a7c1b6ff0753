"""Mounting an element that has a script of ours.

The browser gets the script as a file of this server, which is all that the policy of the pages lets it run.
Streamlit finds such files by the metadata of installed packages; registered here they are found in a checkout
too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from dashboard.components.scripted.names import FOLDERS, PROJECT

__all__ = ["scripted_element"]

COMPONENTS = Path(__file__).parents[1]


def scripted_element(name: str, *, js: str, css: str | None = None) -> Callable[..., Any]:
    """Register our scripts with the server that draws this page, and return what mounts one of them.

    Parameters
    ----------
    name
        The element's, of ``names``.
    js, css
        Names of files in its folder.
    """
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(name) is None:
        configs = [ComponentConfig(own, folder) for own, folder in FOLDERS.items()]
        manager.register_from_manifest(ComponentManifest(PROJECT, "0", configs), COMPONENTS)
    mount: Callable[..., Any] = st.components.v2.component(name, js=js, css=css)
    return mount
