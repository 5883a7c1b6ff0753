"""Streamlit's settings hold however the dashboard is started, and whoever starts it can override each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dashboard.server.settings import own_settings, own_variables
from tests.dashboard.serving import APP, ROOT, free_port

# Stands in for the server: prints what it would be started with.
SHOW = """
import json, sys
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime.app_session import _populate_theme_msg
from streamlit.web import bootstrap, cli

def show(path, *rest):
    from dashboard.server.settings import hold_settings, own_settings
    hold_settings()
    themes = {}
    for section in ("theme", "theme.light", "theme.dark"):
        message = CustomThemeConfig()
        _populate_theme_msg(message, section)
        themes[section] = str(message)
    options = {name: config.get_option(name) for name in own_settings() if not name.startswith("theme.")}
    port = config.get_option("server.port")
    print(json.dumps({"script": path, "options": options, "themes": themes, "port": port}))

bootstrap.run_asgi_app = show
"""
NAMES = """
import json
from streamlit import config

print(json.dumps({name: option.env_var for name, option in config.get_config_options().items()}))
"""
BY_COMMAND = "from dashboard.__main__ import main\nmain()"
BY_STREAMLIT = f"cli.main(['run', {str(APP)!r}, *sys.argv[1:]])"


def started(start: str, folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Start the dashboard, without a server, in a folder and with a home that has no settings."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    return subprocess.run(
        [sys.executable, "-P", "-c", SHOW + start, *options],
        cwd=folder,
        env=known | {"PYTHONPATH": str(ROOT), "HOME": str(folder / "nobody"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def shown(start: str, folder: Path, *options: str, **variables: str) -> dict[str, Any]:
    """What the server would be started with."""
    done = started(start, folder, *options, **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def in_the_repository() -> dict[str, Any]:
    """What Streamlit itself reads where it is started in the folder of the repository."""
    return shown(BY_STREAMLIT, ROOT)


def test_streamlit_finds_the_file_in_the_repository(in_the_repository: dict[str, Any]) -> None:
    """There it needs no help of ours; the values are those of the file."""
    options = {name: value for name, value in own_settings().items() if not name.startswith("theme.")}
    assert in_the_repository["options"] == options
    assert options["server.address"] == "localhost"
    assert options["client.showErrorDetails"] == "type"


def test_the_command_holds_every_setting_in_any_folder(
    tmp_path: Path, in_the_repository: dict[str, Any]
) -> None:
    """``ptmrank dashboard`` starts the same server elsewhere, in every option and in every colour."""
    elsewhere = shown(BY_COMMAND, tmp_path)
    assert elsewhere == in_the_repository
    assert "#4C78B4" in elsewhere["themes"]["theme.dark"]
    assert "#B35806" in elsewhere["themes"]["theme"]


def test_settings_of_another_project_do_not_replace_ours(tmp_path: Path) -> None:
    """The folder it is started in may have settings for its own application."""
    (tmp_path / ".streamlit").mkdir()
    text = '[server]\naddress = "0.0.0.0"\nport = 8600\n[client]\nshowErrorDetails = "full"\n'
    (tmp_path / ".streamlit" / "config.toml").write_text(text, encoding="utf-8")
    told = shown(BY_COMMAND, tmp_path)
    assert told["options"]["server.address"] == "localhost"
    assert told["options"]["client.showErrorDetails"] == "type"
    assert told["port"] == 8600  # of this we say nothing


def test_who_starts_it_overrides_by_an_option_or_a_variable(tmp_path: Path) -> None:
    """Options come before variables, and both before our settings."""
    told = shown(
        BY_COMMAND,
        tmp_path,
        *("--server.address", "0.0.0.0", "--client.toolbarMode=minimal"),  # noqa: S104 - nothing listens
        STREAMLIT_SERVER_MAX_UPLOAD_SIZE="7",
        STREAMLIT_CLIENT_TOOLBAR_MODE="developer",
    )
    assert told["options"]["server.address"] == "0.0.0.0"  # noqa: S104
    assert told["options"]["client.toolbarMode"] == "minimal"
    assert told["options"]["server.maxUploadSize"] == 7
    assert told["options"]["client.showErrorDetails"] == "type"


def test_streamlit_elsewhere_gets_the_rest_of_the_settings(
    tmp_path: Path, in_the_repository: dict[str, Any]
) -> None:
    """``streamlit run`` with the whole path finds no settings; with an address it is given the others."""
    assert shown(BY_STREAMLIT, tmp_path, "--server.address", "localhost") == in_the_repository


def test_a_server_that_the_network_would_reach_unasked_does_not_start(tmp_path: Path) -> None:
    """Streamlit's own default is every address: without any said it ends, and says what to do."""
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(free_port())],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip().endswith(
        "Nothing says which address the dashboard is to listen at, so the whole network would reach it. "
        "Start it with `ptmrank dashboard`, or pass --server.address localhost."
    )


def test_variables_are_named_as_streamlit_names_them() -> None:
    """Each is the variable that Streamlit documents for its option."""
    done = subprocess.run([sys.executable, "-c", NAMES], capture_output=True, text=True, check=True)
    known = json.loads(done.stdout)
    assert list(own_variables()) == [known[name] for name in own_settings()]
