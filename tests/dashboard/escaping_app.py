"""A page that draws foreign texts wherever Streamlit reads Markdown."""

import streamlit as st

from dashboard.wording import plain
from tests.dashboard.hostile import MARKUP

# Of our own: once it is a picture, Streamlit has loaded all that makes something of a text.
st.markdown("Loaded :smile:")
for index, text in enumerate(MARKUP):
    with st.container(key=f"text-{index}"):
        st.markdown(plain(text))
        st.markdown(f"Before **{plain(text)}** after")
        st.caption(plain(text))
        st.header(plain(text))
        st.expander(plain(text)).text("inside")
        st.segmented_control("Choose", [plain(text)], label_visibility="collapsed", key=f"control-{index}")
        st.warning(f"- {plain(text)}")
