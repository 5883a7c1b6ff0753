"""The real download code against a hub on loopback.

huggingface_hub reads its endpoint when it is imported, so orders are done in processes of their own, many in
one: starting one costs more than the orders.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from ptmrank_core.features.encoders.sentences import read_sentence_recipe
from ptmrank_core.records import ModelSpec
from tests.checkpoints import PROCESSOR, save_checkpoint
from tests.hub_client import Answer, ask
from tests.language_checkpoints import save_language_model
from tests.loopback_hub import Fault, HubRepository, LoopbackHub, Sent, loopback_hub

MEGABYTE = 1024 * 1024
CHUNK = 10 * MEGABYTE  # the client writes and tells in pieces of this size
IMAGE_FILES = ["config.json", "model.safetensors", "preprocessor_config.json"]


def small_files(**config: object) -> dict[str, bytes]:
    """A config and a processor."""
    whole = {"model_type": "convnext", "architectures": ["ConvNextModel"], **config}
    return {
        "config.json": json.dumps({k: v for k, v in whole.items() if v is not None}).encode(),
        "preprocessor_config.json": json.dumps(PROCESSOR).encode(),
    }


def large(n_bytes: int) -> bytes:
    """A safetensors file of some size."""
    return save({"weight": np.zeros(n_bytes // 4, dtype=np.float32)})


def sharded() -> dict[str, bytes]:
    """A model in two files with an index."""
    names = [f"model-0000{i}-of-00002.safetensors" for i in (1, 2)]
    index = {"metadata": {}, "weight_map": {f"part{i}": name for i, name in enumerate(names)}}
    shards = {name: save({f"part{i}": np.ones((2, 3), np.float32)}) for i, name in enumerate(names)}
    return small_files() | shards | {"model.safetensors.index.json": json.dumps(index).encode()}


def oddly_sharded() -> dict[str, bytes]:
    """A model in files of other names, beside one that no index names, and with code of its own."""
    names = ["model.safetensors-00001-of-00002.safetensors", "last part.safetensors"]
    index = {"weight_map": {f"part{i}": name for i, name in enumerate(names)}}
    shards = {name: save({f"part{i}": np.ones((2, 3), np.float32)}) for i, name in enumerate(names)}
    beside = {"consolidated.safetensors": b"not needed", "modeling_own.py": b"raise SystemExit"}
    return small_files() | shards | beside | {"model.safetensors.index.json": json.dumps(index).encode()}


def text_models(folder: Path) -> dict[str, HubRepository]:
    """A text model with its tokenizer, and one of sentence-transformers with a pooling of its own."""
    plain = HubRepository.of(save_language_model(folder, "bert"))
    modules = [
        {"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
    beside = {
        "modules.json": json.dumps(modules).encode(),
        "1_Pooling/config.json": json.dumps({"pooling_mode_max_tokens": True}).encode(),
        "sentence_roberta_config.json": json.dumps({"max_seq_length": 40}).encode(),
        "config_sentence_transformers.json": json.dumps(
            {"prompts": {"query": "query: "}, "default_prompt_name": "query"}
        ).encode(),
        "onnx/model.onnx": b"not needed",
    }
    modules[1]["path"] = "pool/of/mine"
    nested = {
        "modules.json": json.dumps(modules).encode(),
        "pool/of/mine/config.json": beside["1_Pooling/config.json"],
        "other/config.json": b"not needed",
    }
    modules[1]["path"] = "../outside"
    outside = {"modules.json": json.dumps(modules).encode()}
    return {
        "org/text": plain,
        "org/words": plain,
        "org/sentences": HubRepository({**plain.files, **beside}),
        "org/nested": HubRepository({**plain.files, **nested}),
        "org/outside": HubRepository({**plain.files, **outside}),
    }


def repositories(folder: Path) -> dict[str, HubRepository]:
    """One repository for each way that a download can go."""
    image = HubRepository.of(
        save_checkpoint(folder / "model"), **{"pytorch_model.bin": b"pickle", "README.md": b"# card"}
    )
    weights = image.files["model.safetensors"]
    pickled = {name: data for name, data in image.files.items() if name != "model.safetensors"}
    big = small_files() | {"model.safetensors": large(25 * MEGABYTE)}
    named = {name: HubRepository(big) for name in ("org/dropped", "org/reset", "org/cancelled", "org/full")}
    return {
        **named,
        **text_models(folder / "text"),
        "org/image": image,
        "org/moving": image,
        "org/sharded": HubRepository(sharded()),
        "org/oddly-sharded": HubRepository(oddly_sharded()),
        "org/lacking": HubRepository({n: d for n, d in oddly_sharded().items() if "last" not in n}),
        "org/quantised": HubRepository(
            small_files(quantization_config={"quant_method": "awq", "bits": 4})
            | {"model.safetensors": weights}
        ),
        "org/gguf-alone": HubRepository({"README.md": b"# card", "model-q4.gguf": b"GGUF"}),
        "org/diffusers": HubRepository({"model_index.json": b"{}", "unet/model.safetensors": weights}),
        "org/gguf": HubRepository(small_files() | {"model-q4.gguf": b"GGUF"}),
        "org/onnx": HubRepository(small_files() | {"onnx/model.onnx": b"onnx"}),
        "org/gated": HubRepository(image.files, gated=403),
        "org/gated-login": HubRepository(image.files, gated=401),
        "org/closed": HubRepository(image.files, closed=True),
        "org/pickle": HubRepository(pickled),
        "org/other": HubRepository({"README.md": b"# a data set"}),
        "org/code": HubRepository(
            small_files(model_type=None, auto_map={"AutoModel": "modeling.Own"})
            | {"model.safetensors": weights}
        ),
        "org/nameless": HubRepository(small_files(model_type=None) | {"model.safetensors": weights}),
        "org/short": HubRepository(image.files),
        "org/cut": HubRepository(small_files() | {"model.safetensors": large(4000)[:2000]}),
        "org/huge": HubRepository(image.files, claimed={"model.safetensors": 10**16}),
        "org/token": image,
        "org/busy": image,
        "org/down": image,
        "org/partial": image,
    }


ORDERS = {
    "image": {"model": "org/image"},
    "image again": {"model": "org/image"},
    "text": {"model": "org/text", "task": "text-classification"},
    "sentences": {"model": "org/sentences", "task": "text-classification"},
    "sharded": {"model": "org/sharded"},
    "oddly sharded": {"model": "org/oddly-sharded"},
    "nested": {"model": "org/nested", "task": "text-classification"},
    "outside": {"model": "org/outside", "task": "text-classification"},
    "lacking": {"model": "org/lacking"},
    "quantised": {"model": "org/quantised"},
    "gguf": {"model": "org/gguf"},
    "gguf alone": {"model": "org/gguf-alone"},
    "diffusers": {"model": "org/diffusers"},
    "onnx": {"model": "org/onnx"},
    "moving": {"model": "org/moving"},
    "dropped": {"model": "org/dropped"},
    "reset": {"model": "org/reset"},
    "cancelled": {"model": "org/cancelled", "cancel_after": CHUNK},
    "cancelled, then on": {"model": "org/cancelled"},
    "partial": {"model": "org/partial", "cancel_after": 1},
    "full": {"model": "org/full", "full_disk": True},
    "gone": {"model": "org/gone"},
    "revision": {"model": "org/image@v2"},
    "gated": {"model": "org/gated"},
    "gated-login": {"model": "org/gated-login"},
    "closed": {"model": "org/closed"},
    "pickle": {"model": "org/pickle"},
    "other": {"model": "org/other"},
    "code": {"model": "org/code"},
    "nameless": {"model": "org/nameless"},
    "modality": {"model": "org/words"},
    "short": {"model": "org/short"},
    "cut": {"model": "org/cut"},
    "huge": {"model": "org/huge"},
    "token": {"model": "org/token"},
    "busy": {"model": "org/busy"},
    "down": {"model": "org/down"},
    "down, kept": {"model": "org/image"},
}


@dataclass
class Done:
    """What came of the orders, and what the hub saw."""

    answers: dict[str, Answer]
    hub: LoopbackHub
    cache: Path
    commits: dict[str, str]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    """All orders, done by one process with one cache."""
    folder, cache = tmp_path_factory.mktemp("models"), tmp_path_factory.mktemp("cache")
    offered = repositories(folder)
    commits = {name: repository.commit for name, repository in offered.items()}
    with loopback_hub(offered) as hub:
        hub.pushes["org/moving"] = HubRepository(small_files())
        hub.look_ups |= {
            "org/image": [200, 200, 200, 503],
            "org/token": [401],
            "org/busy": [429],
            "org/down": [502],
        }
        hub.faults = {
            "org/dropped/model.safetensors": [Fault("close", 15 * MEGABYTE), Fault("close", 4 * MEGABYTE)],
            "org/reset/model.safetensors": [Fault("reset", 15 * MEGABYTE)],
            "org/short/model.safetensors": [Fault("short", 100)],
        }
        answers = ask(list(ORDERS.values()), hub.endpoint, cache)
    yield Done(dict(zip(ORDERS, answers, strict=True)), hub, cache, commits)
    shutil.rmtree(cache)


def test_a_model_is_pinned_and_only_what_is_needed_is_fetched(done: Done) -> None:
    """The commit is resolved first; config, processor and safetensors come; pickles and torch do not."""
    answer = done.answers["image"]
    assert answer["revision"] == done.commits["org/image"]
    assert answer["licence"] == "apache-2.0"
    assert answer["classes"] == 3
    assert answer["stages"] == ["resolve", "download"]
    assert answer["files"] == IMAGE_FILES
    assert not any(answer["torch"] for answer in done.answers.values())
    order = [path for path in done.hub.served if path.startswith("org/image/")]
    assert order == [
        f"org/image/{name}" for name in ("config.json", "preprocessor_config.json", "model.safetensors")
    ]


def test_what_is_there_is_not_fetched_again(done: Done) -> None:
    """A second time no byte is sent, and the progress still ends at the total."""
    first, second = done.answers["image"], done.answers["image again"]
    assert second["path"] == first["path"]
    assert second["bytes"][-1] == first["bytes"][-1]
    assert len(done.hub.sent["org/image/model.safetensors"]) == 1


def test_files_are_asked_for_at_the_commit(done: Done) -> None:
    """A branch that moves on after the look-up changes nothing; nothing is ever asked for at a branch."""
    assert done.answers["moving"]["revision"] == done.commits["org/moving"]
    assert done.answers["moving"]["files"] == IMAGE_FILES
    assert all(len(revision) == 40 for revision in done.hub.revisions)


def test_a_text_model_comes_with_its_tokenizer(done: Done) -> None:
    """Weights, config and tokenizer files."""
    files = done.answers["text"]["files"]
    assert {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"} <= set(files)


def test_a_sentence_encoder_comes_with_its_own_recipe(done: Done) -> None:
    """Pooling in a subfolder, length and prompt: what it is read by afterwards is all there."""
    answer = done.answers["sentences"]
    assert "onnx/model.onnx" not in answer["files"]
    recipe = read_sentence_recipe(ModelSpec("org/sentences", "hub", "text", path=answer["path"]))
    assert recipe is not None
    assert (recipe.rules, recipe.max_length, recipe.prompt) == (("max",), 40, "query: ")


def test_weights_in_several_files_come_with_their_index(done: Done) -> None:
    """Each part is fetched once, and counted."""
    assert len([name for name in done.answers["sharded"]["files"] if name.startswith("model")]) == 3
    done_bytes, total = done.answers["sharded"]["bytes"][-1]
    assert done_bytes == total == sum(map(len, sharded().values()))


def test_a_dropped_connection_goes_on_where_it_stood(done: Done) -> None:
    """After a cut in the middle of a file the rest is asked for, and what was there is not sent again."""
    sent = done.hub.sent["org/dropped/model.safetensors"]
    size = len(large(25 * MEGABYTE))
    assert sent == [
        Sent(0, 15 * MEGABYTE),
        Sent(CHUNK, 4 * MEGABYTE),  # nothing of this answer was written down
        Sent(CHUNK, size - CHUNK),
    ]
    assert done.answers["dropped"]["revision"] == done.commits["org/dropped"]


def test_a_connection_that_was_reset_is_tried_again(done: Done) -> None:
    """The client gives such a file up; it is begun anew, and the bytes told do not go back."""
    assert [sent.start for sent in done.hub.sent["org/reset/model.safetensors"]] == [0, 0]
    assert done.answers["reset"]["revision"] == done.commits["org/reset"]


@pytest.mark.parametrize(
    "order", [name for name in ORDERS if name not in {"gone", "revision", "gated", "gated-login", "closed"}]
)
def test_progress_in_bytes_never_goes_back(done: Done, order: str) -> None:
    """Every event tells more than the one before, of one total, and a download ends at it."""
    answer = done.answers[order]
    told = [n_bytes for n_bytes, _ in answer["bytes"]]
    assert told == sorted(set(told))
    totals = {total for _, total in answer["bytes"]}
    assert len(totals) <= 1
    if "error" not in answer and answer["bytes"]:
        assert answer["bytes"][-1][0] == answer["bytes"][-1][1]


def test_a_download_is_cancelled_in_the_middle_and_goes_on_later(done: Done) -> None:
    """Cancelling stops within a file and leaves no half of it; complete files are not sent again."""
    stopped = done.answers["cancelled"]
    assert stopped["error"] == "CancelledError"
    assert CHUNK <= stopped["bytes"][-1][0] < 25 * MEGABYTE
    later = done.answers["cancelled, then on"]
    assert later["files"] == IMAGE_FILES
    assert len(done.hub.sent["org/cancelled/config.json"]) == 1
    assert not list(done.cache.rglob("*.incomplete"))


def test_parts_of_any_name_come_with_their_index(done: Done) -> None:
    """Those that the index names are fetched, and no others; code of the repository is not."""
    answer = done.answers["oddly sharded"]
    assert set(answer["files"]) == set(oddly_sharded()) - {"consolidated.safetensors", "modeling_own.py"}
    assert "org/oddly-sharded/modeling_own.py" not in done.hub.served
    assert answer["own_code"] is True
    assert done.answers["sharded"]["own_code"] is False


def test_folders_that_the_modules_name_are_fetched(done: Done) -> None:
    """Of any name and depth; other folders are not."""
    answer = done.answers["nested"]
    assert "pool/of/mine/config.json" in answer["files"]
    assert "other/config.json" not in answer["files"]
    recipe = read_sentence_recipe(ModelSpec("org/nested", "hub", "text", path=answer["path"]))
    assert recipe is not None
    assert recipe.rules == ("max",)


REFUSED = {
    "outside": ("UnsupportedModelError", "names '../outside', outside of the checkpoint", "inside"),
    "lacking": ("WeightsFormatError", "lacks 1 of its 2 weight files: last part.safetensors", "revision"),
    "quantised": ("UnsupportedModelError", "are quantised (AWQ, 4 bits)", "made from"),
    "gguf": ("WeightsFormatError", "(found: model-q4.gguf). That is GGUF", "NAME@REVISION"),
    "gguf alone": ("ModelError", "has no config.json, so it is not a model of the", "made from"),
    "diffusers": ("ModelError", "That is a pipeline of diffusers", "AutoModel"),
    "onnx": ("WeightsFormatError", "(found: onnx/model.onnx). That is ONNX", "embedding_function"),
    "gone": ("ModelNotFoundError", "There is no model 'org/gone' on the Hub, or it is private", "spelling"),
    "revision": ("ModelNotFoundError", "'org/image@v2' has no revision 'v2'", "branch, a tag or a commit"),
    "gated": ("GatedModelError", "this account has no access to it", "conditions at hf.co/org/gated;"),
    "gated-login": ("GatedModelError", "nobody is logged in", "then log in with `hf auth login`"),
    "closed": ("ModelNotFoundError", "The Hub has disabled 'org/closed'", "another model"),
    "pickle": ("WeightsFormatError", "no safetensors weights (found: pytorch_model.bin)", "NAME@REVISION"),
    "other": ("ModelError", "has no config.json", "AutoModel"),
    "code": ("UnsupportedModelError", "org/code needs its own code, which is never run", "Choose a model"),
    "nameless": ("UnsupportedModelError", "org/nameless names no model_type", "AutoModel"),
    "modality": (
        "UnsupportedModelError",
        "'org/words' reads text; the samples have the modality image",
        "task category",
    ),
    "short": ("DownloadError", "are incomplete: Consistency check failed", "start the run again"),
    "cut": ("WeightsFormatError", "model.safetensors is cut short: 2,000 of", "download it again"),
    "huge": ("DownloadError", "takes 10,000,000.0 GB;", "HF_HOME"),
    "full": ("DownloadError", "The disk is full: 'org/full' does not fit into", "HF_HOME"),
    "token": ("GatedModelError", "does not accept the access token", "hf auth login"),
    "busy": ("DownloadError", "Too many requests", "Wait"),
    "down": ("DownloadError", "cannot be reached, and 'org/down' is not on this machine", "network"),
}


@pytest.mark.parametrize("order", REFUSED)
def test_each_reason_has_its_own_error(done: Done, order: str) -> None:
    """What is wrong, with which model, and what to do."""
    if order == "full" and not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")
    error, message, hint = REFUSED[order]
    answer = done.answers[order]
    assert answer.get("error") == error
    assert message in answer["message"]
    assert hint in answer["hint"]


@pytest.mark.parametrize("model", ["org/code", "org/nameless", "org/words", "org/huge", "org/quantised"])
def test_weights_that_cannot_be_used_are_not_fetched(done: Done, model: str) -> None:
    """The small files come first and are read; what they refuse costs no weights."""
    assert f"{model}/config.json" in done.hub.served
    assert f"{model}/model.safetensors" not in done.hub.served


def test_a_hub_that_is_down_is_no_loss_where_a_copy_is_kept(done: Done) -> None:
    """An answer of 503 is as good as none: the commit that was downloaded is taken."""
    answer = done.answers["down, kept"]
    assert answer["revision"] == done.commits["org/image"]
    assert answer["bytes"] == []


@pytest.mark.parametrize("environ", [{"HF_HUB_OFFLINE": "1"}, {}], ids=["switched off", "no answer"])
def test_without_a_network_only_whole_copies_count(done: Done, environ: dict[str, str]) -> None:
    """The commit on this machine is taken; a part of one, or none, is told."""
    orders = [
        {"model": "org/image"},
        {"model": f"org/image@{done.commits['org/image']}"},
        {"model": "org/partial"},
        {"model": "org/gone"},
        {"model": "org/sharded"},
    ]
    image, pinned, partial, gone, parts = ask(orders, done.hub.endpoint, done.cache, **environ)
    assert image["revision"] == pinned["revision"] == done.commits["org/image"]
    assert parts["revision"] == done.commits["org/sharded"]
    assert partial["error"] == gone["error"] == "DownloadError"
    assert "'org/partial' is only partly on this machine" in partial["message"]
    assert "cannot be reached, and 'org/gone' is not on this machine" in gone["message"]


def test_one_missing_part_makes_a_copy_incomplete(done: Done, tmp_path: Path) -> None:
    """A shard that never came is missed, though config, index and the other shard are there."""
    cache = tmp_path / "cache"
    shutil.copytree(done.cache, cache, symlinks=True)
    next(cache.rglob("model-00002-of-00002.safetensors")).unlink()
    (answer,) = ask([{"model": "org/sharded"}], done.hub.endpoint, cache)
    assert "'org/sharded' is only partly on this machine" in answer["message"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of folders work differently there")
def test_a_cache_that_cannot_be_written_still_gives_what_it_holds(done: Done) -> None:
    """A model that is there is used; fetching another one names the folder and the way out."""
    place = Path(tempfile.mkdtemp())  # pytest's own folders are closed to other users
    place.chmod(0o755)
    cache = place / "cache"
    shutil.copytree(done.cache, cache, symlinks=True)
    shutil.rmtree(cache / "hub" / "models--org--sharded")
    with loopback_hub({"org/sharded": HubRepository(sharded()), "org/image": HubRepository({})}) as hub:
        hub.look_ups["org/image"] = [503, 503]
        names = ("org/image", "org/sharded")
        for path in (cache, *cache.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            orders = [{"model": "org/image"}, *({"model": name, "nobody": True} for name in names)]
            _, kept, refused = ask(orders, hub.endpoint, cache)  # the first imports what nobody might not
        finally:
            for path in (cache, *cache.rglob("*")):
                if path.is_dir():
                    path.chmod(0o755)
            shutil.rmtree(place)
    assert kept["revision"] == done.commits["org/image"]
    assert refused["error"] == "DownloadError"
    assert f"the Hub cache {cache / 'hub'} is not writable" in refused["message"]
    assert "HF_HOME" in refused["hint"]


def test_one_bad_model_does_not_cost_the_others(
    done: Done, picture_zip: Path, tmp_path: Path, home: Path
) -> None:
    """In a run each refusal is a failure at its stage with its hint, and what is fine is ranked."""
    foreign = {"auto_map": {"AutoConfig": "own.Config"}, "model_type": "own-family"}
    image = done.hub.repositories["org/image"]
    offered = {
        name: done.hub.repositories[name] for name in ("org/image", "org/gated", "org/pickle", "org/text")
    }
    offered["org/foreign"] = HubRepository({**image.files, **small_files(**foreign)})
    with loopback_hub(offered) as hub:
        names = ",".join(["org/gated", "org/gone", "org/pickle", "org/text", "org/foreign", "org/image"])
        order = {"models": names, "samples": str(picture_zip)}
        (answer,) = ask([order], hub.endpoint, tmp_path, PTMRANK_HOME=str(home))
    assert answer["state"] == "finished"
    assert answer["scored"] == ["org/image"]
    failed = {model: (stage, error) for model, (stage, error, _, _) in answer["failed"].items()}
    assert failed == {
        "org/gated": ("download", "GatedModelError"),
        "org/gone": ("resolve", "ModelNotFoundError"),
        "org/pickle": ("download", "WeightsFormatError"),
        "org/text": ("download", "UnsupportedModelError"),
        "org/foreign": ("load", "UnsupportedModelError"),
    }
    assert all(hint for _, _, _, hint in answer["failed"].values())
    assert "needs its own code, which is never run here" in answer["failed"]["org/foreign"][2]
    total = sum(len(image.files[name]) for name in IMAGE_FILES)
    assert answer["progress"]["org/image"] == [total, total]
