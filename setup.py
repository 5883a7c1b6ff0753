"""What pyproject.toml cannot say: the packages that are found, and two folders that travel inside them."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["ptmrank_core*", "dashboard*"]),
        "ptmrank_core.assets",  # assets/, less what only this repository needs
        "dashboard.settings",  # .streamlit/
    ]
)
