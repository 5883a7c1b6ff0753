"""The text models of the demo zoo: what each is built of, and how long it is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from transformers import BertConfig, DistilBertConfig, ElectraConfig, GPT2Config, PreTrainedConfig

DEMO = Path(__file__).resolve().parents[2]
ZOO = DEMO / "zoo"
RECORDS = DEMO / "docstrings"
ZOO_SUMMARY = RECORDS / "zoo.json"
TRUTH = RECORDS / "truth.json"

SEED = 20
LONGEST = 128  # tokens of a text; what is beyond is cut off
UNTRAINED = "untrained"
WORKED_WITH = (
    "torch",
    "transformers",
    "tokenizers",
    "scikit-learn",
    "numpy",
    "scipy",
    "pandas",
    "safetensors",
)


@dataclass(frozen=True)
class Architecture:
    """A network design, the same for every model of its family.

    Attributes
    ----------
    name : str
        Name for the reader.
    config : callable
        ``config(n_tokens)`` returns the configuration for a vocabulary of that size, without classes.
    vocabulary : str
        Kind of tokenizer.
    """

    name: str
    config: Callable[[int], PreTrainedConfig]
    vocabulary: str = "pieces"


@dataclass(frozen=True)
class Recipe:
    """One model of the zoo: an architecture and the source task it learns.

    Attributes
    ----------
    family : str
        Key of `ARCHITECTURES`.
    source : str
        Key of ``SOURCE_TASKS``, or `UNTRAINED`.
    """

    family: str
    source: str

    @property
    def name(self) -> str:
        """Name of the model and of its folder."""
        return f"{self.family}-{self.source}"

    @property
    def architecture(self) -> Architecture:
        """The network design."""
        return ARCHITECTURES[self.family]

    @property
    def folder(self) -> Path:
        """Where the checkpoint is."""
        return ZOO / self.name

    @property
    def is_trained(self) -> bool:
        """Whether the model has learned a source task."""
        return self.source != UNTRAINED


def _bert(n_tokens: int) -> PreTrainedConfig:
    return BertConfig(
        vocab_size=n_tokens,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=LONGEST,
        attention_probs_dropout_prob=0.0,
    )


def _gpt2(n_tokens: int) -> PreTrainedConfig:
    return GPT2Config(
        vocab_size=n_tokens,
        n_positions=LONGEST,
        n_embd=64,
        n_layer=2,
        n_head=4,
        n_inner=128,
        attn_pdrop=0.0,
        bos_token_id=2,
        eos_token_id=3,
        pad_token_id=0,
    )


def _electra(n_tokens: int) -> PreTrainedConfig:
    return ElectraConfig(
        vocab_size=n_tokens,
        embedding_size=32,
        hidden_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=192,
        max_position_embeddings=LONGEST,
        attention_probs_dropout_prob=0.0,
    )


def _distilbert(n_tokens: int) -> PreTrainedConfig:
    return DistilBertConfig(
        vocab_size=n_tokens,
        dim=64,
        n_layers=2,
        n_heads=4,
        hidden_dim=128,
        max_position_embeddings=LONGEST,
        attention_dropout=0.0,
        pad_token_id=0,
    )


ARCHITECTURES: dict[str, Architecture] = {
    "bert": Architecture("BERT", _bert),
    "gpt2": Architecture("GPT-2", _gpt2),
    "electra": Architecture("ELECTRA", _electra),
    "charbert": Architecture("DistilBERT on characters", _distilbert, "characters"),
}

RECIPES: tuple[Recipe, ...] = (
    Recipe("bert", "areas"),
    Recipe("bert", "packages"),
    Recipe("bert", "sections"),
    Recipe("bert", "masked"),
    Recipe("bert", "shuffled"),
    Recipe("bert", UNTRAINED),
    Recipe("electra", "packages"),
    Recipe("gpt2", "causal"),
    Recipe("charbert", "packages"),
)
