"""The dashboard's process reads what models say of themselves, and loads none of what runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ptmrank_core.config import Settings
from tests.adapter_checkpoints import write_adapter
from tests.checkpoints import save_checkpoint
from tests.language_checkpoints import save_language_model
from tests.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parent.parent.parent
# Imported where models run, in a process of its own; peft and the rest come with them.
LOADERS = {"torch", "transformers", "tokenizers", "safetensors", "peft", "timm", "sentencepiece"}
WALK = """
import json, sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
from dashboard.views.pages import PAGES
from tests.dashboard.reading import open_page, texts
from tests.dashboard.serving import APP

pictures, run, patience = sys.argv[1], sys.argv[2], float(sys.argv[3])
app = AppTest.from_file(str(APP), default_timeout=patience)
app.run()
app.button(key="own").click().run()
app.file_uploader[0].set_value([("own.zip", Path(pictures).read_bytes(), "application/zip")]).run()
app.button(key="next").click().run()
tables = [one.value for one in app.dataframe if "use" in one.value.columns]
seen = [name for table in tables for name in table["model"]]
for page in PAGES:
    open_page(app, page, **({"run": run} if page in {"results", "compare"} else {}))
loaded = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"seen": seen, "loaded": loaded}))
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Local models of several kinds; some of them cannot be read."""
    root = tmp_path / "root"
    save_checkpoint(root / "vit", "vit")
    save_checkpoint(root / "broken", "convnext")
    (root / "broken" / "config.json").write_text('{"model_type": 5}', encoding="utf-8")
    save_language_model(root / "bert", "bert")
    save_language_model(root / "torn", "gpt2")
    (root / "torn" / "tokenizer.json").write_text("{", encoding="utf-8")
    write_adapter(root / "lora", "../bert")
    return root


def test_no_page_loads_what_runs_models(
    settings: Settings, ranked: str, models: Path, picture_zip: Path
) -> None:
    """Pages list, describe and plan local models of all kinds; transformers is not even imported."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PTMRANK_HOME": str(settings.home)}
    done = subprocess.run(
        [sys.executable, "-c", WALK, str(picture_zip), ranked, str(PATIENCE_SECONDS)],
        env=environment | {"PTMRANK_MODELS": str(models)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert any("vit" in name for name in told["seen"])
    assert "streamlit" in told["loaded"]
    assert not LOADERS & set(told["loaded"])
