"""The text models of the demo zoo: what each is built of, and how long it is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from transformers import BertConfig, GPT2Config, ModernBertConfig, PreTrainedConfig

from assets.demo.scripts import checkpoints
from assets.demo.scripts.checkpoints import DEMO, UNTRAINED

RECORDS = DEMO / "docstrings"
ZOO_SUMMARY = RECORDS / "zoo.json"
TRUTH = RECORDS / "truth.json"

SEED = 20
LONGEST = 128  # tokens of a text; what is beyond is cut off
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
    """

    name: str
    config: Callable[[int], PreTrainedConfig]


@dataclass(frozen=True)
class Recipe(checkpoints.Recipe):
    """One text model of the zoo."""

    @property
    def architecture(self) -> Architecture:
        """The network design."""
        return ARCHITECTURES[self.family]


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


def _modernbert(n_tokens: int) -> PreTrainedConfig:
    return ModernBertConfig(
        vocab_size=n_tokens,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=96,
        max_position_embeddings=LONGEST,
        global_attn_every_n_layers=1,
        classifier_pooling="mean",
        embedding_dropout=0.1,
        mlp_dropout=0.1,
        pad_token_id=0,
        bos_token_id=2,
        cls_token_id=2,
        eos_token_id=3,
        sep_token_id=3,
    )


ARCHITECTURES: dict[str, Architecture] = {
    "modernbert": Architecture("ModernBERT", _modernbert),
    "bert": Architecture("BERT", _bert),
    "gpt2": Architecture("GPT-2", _gpt2),
}

RECIPES: tuple[Recipe, ...] = (
    Recipe("modernbert", "areas"),
    Recipe("modernbert", "packages"),
    Recipe("modernbert", "sections"),
    Recipe("modernbert", "masked"),
    Recipe("modernbert", "shuffled"),
    Recipe("modernbert", UNTRAINED),
    Recipe("bert", "areas"),
    Recipe("bert", "packages"),
    Recipe("gpt2", "causal"),
)
