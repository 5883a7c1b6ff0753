"""Tiny real language models of every family, each with a tokenizer of its kind, saved as users have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

LABELS = {0: "sport", 1: "money", 2: "music"}
SENTENCE = (
    "the a cat dog sat on mat red blue house ran fast slow and or bank rate goal match song band plays rises "
    "falls quick brown fox jumps over lazy team wins price guitar un ##believ ##able ##s ##ing"
)
WORDS = tuple(SENTENCE.split())
N_TOKENS = 320
BERT = {
    "vocab_size": N_TOKENS,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 48,
    "pad_token_id": 0,
}
DECODER = {**BERT, "bos_token_id": 2, "eos_token_id": 3, "num_key_value_heads": 2, "pad_token_id": None}
ENCODER_DECODER = {
    "vocab_size": N_TOKENS,
    "d_model": 16,
    "encoder_layers": 2,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 24,
    "decoder_ffn_dim": 24,
    "max_position_embeddings": 48,
    "pad_token_id": 0,
    "bos_token_id": 2,
    "eos_token_id": 3,
    "decoder_start_token_id": 3,
    "forced_eos_token_id": 3,
}
T5 = {
    "vocab_size": N_TOKENS,
    "d_model": 16,
    "d_kv": 8,
    "d_ff": 24,
    "num_layers": 2,
    "num_heads": 2,
    "pad_token_id": 0,
    "eos_token_id": 3,
    "decoder_start_token_id": 0,
}
XLM = {
    "vocab_size": N_TOKENS,
    "emb_dim": 16,
    "n_layers": 2,
    "n_heads": 2,
    "max_position_embeddings": 48,
    "pad_index": 0,
    "pad_token_id": 0,
}

# family -> (kind of tokenizer, stem of its classes, values of its config)
FAMILIES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "albert": ("bert", "Albert", {**BERT, "embedding_size": 8}),
    "bert": ("bert", "Bert", BERT),
    "big_bird": ("bert", "BigBird", {**BERT, "block_size": 4}),
    "camembert": ("bert", "Camembert", BERT),
    "canine": (
        "canine",
        "Canine",
        {
            **{k: v for k, v in BERT.items() if k != "vocab_size"},
            "num_hash_functions": 2,
            "num_hash_buckets": 128,
            "max_position_embeddings": 128,
        },
    ),
    "convbert": ("bert", "ConvBert", {**BERT, "embedding_size": 16}),
    "data2vec-text": ("bert", "Data2VecText", BERT),
    "deberta": ("bert", "Deberta", {**BERT, "relative_attention": True, "pos_att_type": ["c2p", "p2c"]}),
    "deberta-v2": (
        "bert",
        "DebertaV2",
        {**BERT, "relative_attention": True, "pos_att_type": ["c2p", "p2c"], "conv_kernel_size": 3},
    ),
    "distilbert": (
        "bert",
        "DistilBert",
        {
            "vocab_size": N_TOKENS,
            "dim": 16,
            "n_layers": 2,
            "n_heads": 2,
            "hidden_dim": 24,
            "max_position_embeddings": 48,
        },
    ),
    "electra": ("bert", "Electra", {**BERT, "embedding_size": 8}),
    "ernie": ("bert", "Ernie", {**BERT, "use_task_id": True}),
    "eurobert": ("bert", "EuroBert", BERT),
    "flaubert": ("bert", "Flaubert", XLM),
    "fnet": ("bert", "FNet", BERT),
    "funnel": (
        "bert",
        "Funnel",
        {
            "vocab_size": N_TOKENS,
            "d_model": 16,
            "n_head": 2,
            "d_head": 8,
            "d_inner": 24,
            "block_sizes": [1, 1],
            "num_decoder_layers": 1,
        },
    ),
    "ibert": ("bert", "IBert", BERT),
    "layoutlm": ("bert", "LayoutLM", BERT),
    "longformer": ("bert", "Longformer", {**BERT, "attention_window": [4, 4]}),
    "luke": ("bert", "Luke", {**BERT, "entity_vocab_size": 8, "entity_emb_size": 8}),
    "megatron-bert": ("bert", "MegatronBert", BERT),
    "mobilebert": (
        "bert",
        "MobileBert",
        {**BERT, "embedding_size": 8, "true_hidden_size": 8, "intra_bottleneck_size": 8},
    ),
    "modernbert": (
        "bert",
        "ModernBert",
        {
            **BERT,
            "local_attention": 4,
            "cls_token_id": 2,
            "sep_token_id": 3,
            "bos_token_id": 2,
            "eos_token_id": 3,
        },
    ),
    "mpnet": ("bert", "MPNet", {**BERT, "pad_token_id": 1}),
    "nomic_bert": ("bert", "NomicBert", BERT),
    "nystromformer": ("bert", "Nystromformer", BERT),
    "rembert": ("bert", "RemBert", {**BERT, "input_embedding_size": 8, "output_embedding_size": 8}),
    "roberta": ("bert", "Roberta", BERT),
    "roberta-prelayernorm": ("bert", "RobertaPreLayerNorm", BERT),
    "roformer": ("bert", "RoFormer", BERT),
    "squeezebert": (
        "bert",
        "SqueezeBert",
        {
            **BERT,
            "embedding_size": 16,
            "q_groups": 1,
            "k_groups": 1,
            "v_groups": 1,
            "post_attention_groups": 1,
            "intermediate_groups": 1,
            "output_groups": 1,
        },
    ),
    "xlm": ("bert", "XLM", XLM),
    "xlm-roberta": ("bert", "XLMRoberta", BERT),
    "xlm-roberta-xl": ("bert", "XLMRobertaXL", BERT),
    "xlnet": (
        "xlnet",
        "XLNet",
        {"vocab_size": N_TOKENS, "d_model": 16, "n_layer": 2, "n_head": 2, "d_inner": 24, "pad_token_id": 0},
    ),
    "xmod": ("bert", "Xmod", {**BERT, "languages": ["en_XX"], "default_language": "en_XX"}),
    "yoso": ("bert", "Yoso", BERT),
    # decoders
    "biogpt": ("gpt", "BioGpt", DECODER),
    "bloom": (
        "gpt",
        "Bloom",
        {"vocab_size": N_TOKENS, "hidden_size": 16, "n_layer": 2, "n_head": 2, "eos_token_id": 3},
    ),
    "codegen": (
        "gpt",
        "CodeGen",
        {
            "vocab_size": N_TOKENS,
            "n_embd": 16,
            "n_layer": 2,
            "n_head": 4,
            "n_positions": 48,
            "rotary_dim": 4,
            "eos_token_id": 3,
        },
    ),
    "falcon": ("gpt", "Falcon", {**DECODER, "alibi": False}),
    "gemma": ("gpt", "Gemma", {**DECODER, "head_dim": 8}),
    "gemma2": ("gpt", "Gemma2", {**DECODER, "head_dim": 8, "sliding_window": 4}),
    "gemma3_text": ("gpt", "Gemma3Text", {**DECODER, "head_dim": 8, "sliding_window": 4}),
    "gpt2": (
        "gpt",
        "GPT2",
        {
            "vocab_size": N_TOKENS,
            "n_embd": 16,
            "n_layer": 2,
            "n_head": 2,
            "n_positions": 48,
            "eos_token_id": 3,
            "bos_token_id": 3,
        },
    ),
    "gpt_bigcode": (
        "gpt",
        "GPTBigCode",
        {
            "vocab_size": N_TOKENS,
            "n_embd": 16,
            "n_layer": 2,
            "n_head": 2,
            "n_positions": 48,
            "eos_token_id": 3,
        },
    ),
    "gpt_neo": (
        "gpt",
        "GPTNeo",
        {
            "vocab_size": N_TOKENS,
            "hidden_size": 16,
            "num_layers": 2,
            "num_heads": 2,
            "attention_types": [[["global", "local"], 1]],
            "window_size": 4,
            "max_position_embeddings": 48,
            "eos_token_id": 3,
        },
    ),
    "gpt_neox": ("gpt", "GPTNeoX", DECODER),
    "gptj": (
        "gpt",
        "GPTJ",
        {
            "vocab_size": N_TOKENS,
            "n_embd": 16,
            "n_layer": 2,
            "n_head": 2,
            "n_positions": 48,
            "rotary_dim": 4,
            "eos_token_id": 3,
        },
    ),
    "granite": ("gpt", "Granite", DECODER),
    "llama": ("gpt", "Llama", DECODER),
    "mamba": (
        "gpt",
        "Mamba",
        {
            "vocab_size": N_TOKENS,
            "hidden_size": 16,
            "num_hidden_layers": 2,
            "state_size": 4,
            "eos_token_id": 3,
        },
    ),
    "mistral": ("gpt", "Mistral", {**DECODER, "sliding_window": 4}),
    "modernbert-decoder": ("gpt", "ModernBertDecoder", {**DECODER, "pad_token_id": 0, "local_attention": 4}),
    "mpt": (
        "gpt",
        "Mpt",
        {
            "vocab_size": N_TOKENS,
            "d_model": 16,
            "n_heads": 2,
            "n_layers": 2,
            "max_seq_len": 48,
            "eos_token_id": 3,
        },
    ),
    "olmo2": ("gpt", "Olmo2", DECODER),
    "openai-gpt": (
        "gpt",
        "OpenAIGPT",
        {"vocab_size": N_TOKENS, "n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 48},
    ),
    "opt": (
        "gpt",
        "OPT",
        {
            "vocab_size": N_TOKENS,
            "hidden_size": 16,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "ffn_dim": 24,
            "max_position_embeddings": 48,
            "word_embed_proj_dim": 16,
            "eos_token_id": 3,
            "bos_token_id": 2,
            "pad_token_id": 1,
        },
    ),
    "phi": ("gpt", "Phi", DECODER),
    "phi3": ("gpt", "Phi3", DECODER),
    "qwen2": ("gpt", "Qwen2", DECODER),
    "qwen3": ("gpt", "Qwen3", {**DECODER, "head_dim": 8}),
    "smollm3": ("gpt", "SmolLM3", DECODER),
    "stablelm": ("gpt", "StableLm", DECODER),
    "starcoder2": ("gpt", "Starcoder2", DECODER),
    "xglm": (
        "gpt",
        "XGLM",
        {
            "vocab_size": N_TOKENS,
            "d_model": 16,
            "num_layers": 2,
            "attention_heads": 2,
            "ffn_dim": 24,
            "max_position_embeddings": 48,
            "pad_token_id": 1,
            "eos_token_id": 3,
        },
    ),
    # encoder-decoders
    "bart": ("bart", "Bart", ENCODER_DECODER),
    "blenderbot": ("bart", "Blenderbot", ENCODER_DECODER),
    "blenderbot-small": ("bart", "BlenderbotSmall", ENCODER_DECODER),
    "led": (
        "bart",
        "LED",
        {
            **ENCODER_DECODER,
            "attention_window": 4,
            "max_encoder_position_embeddings": 48,
            "max_decoder_position_embeddings": 48,
        },
    ),
    "longt5": ("t5", "LongT5", {**T5, "local_radius": 3}),
    "m2m_100": ("bart", "M2M100", ENCODER_DECODER),
    "marian": ("t5", "Marian", {**ENCODER_DECODER, "decoder_vocab_size": N_TOKENS}),
    "mbart": ("bart", "MBart", ENCODER_DECODER),
    "mt5": ("t5", "MT5", T5),
    "mvp": ("bart", "Mvp", ENCODER_DECODER),
    "pegasus": ("t5", "Pegasus", ENCODER_DECODER),
    "plbart": ("bart", "PLBart", ENCODER_DECODER),
    "prophetnet": (
        "bart",
        "ProphetNet",
        {
            "vocab_size": N_TOKENS,
            "hidden_size": 16,
            "num_encoder_layers": 2,
            "num_decoder_layers": 1,
            "num_encoder_attention_heads": 2,
            "num_decoder_attention_heads": 2,
            "encoder_ffn_dim": 24,
            "decoder_ffn_dim": 24,
            "max_position_embeddings": 48,
            "pad_token_id": 0,
        },
    ),
    "switch_transformers": (
        "t5",
        "SwitchTransformers",
        {**T5, "num_sparse_encoder_layers": 0, "num_sparse_decoder_layers": 0},
    ),
    "t5": ("t5", "T5", T5),
    "umt5": ("t5", "UMT5", T5),
}


def _specials(kind: str) -> tuple[str, ...]:
    """Special tokens at the ids 0 to 4: padding, unknown, begin, end, mask."""
    return (
        ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
        if kind == "bert"
        else ("<pad>", "<unk>", "<s>", "</s>", "<mask>")
    )


TEMPLATES = {
    "bert": ("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1"),
    "bart": ("<s> $A </s>", "<s> $A </s> </s> $B </s>"),
    "t5": ("$A </s>", "$A </s> $B </s>"),
    "xlnet": ("$A </s> <s>", "$A </s> $B:1 </s>:1 <s>:1"),
}


def _word_pieces(specials: tuple[str, ...]) -> Tokenizer:
    vocabulary = {token: index for index, token in enumerate((*specials, *WORDS))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=specials[1], max_input_chars_per_word=40))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def _byte_pairs(specials: tuple[str, ...]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=N_TOKENS,
        special_tokens=list(specials),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([" ".join(WORDS)] * 2, trainer)
    return tokenizer


def save_tokenizer(folder: Path, kind: str, **settings: Any) -> None:
    """Save a small tokenizer of a kind; a decoder's has neither a padding token nor marks."""
    if kind == "canine":
        # Its own save_pretrained writes out every character there is.
        how = {"tokenizer_class": "CanineTokenizer", **settings}
        (folder / "tokenizer_config.json").write_text(json.dumps(how), encoding="utf-8")
        return
    specials = _specials(kind)
    tokenizer = _byte_pairs(specials) if kind == "gpt" else _word_pieces(specials)
    names: dict[str, Any] = {"unk_token": specials[1], "eos_token": specials[3], "bos_token": specials[2]}
    if kind in TEMPLATES:
        single, pair = TEMPLATES[kind]
        marks = [(specials[2], 2), (specials[3], 3)]
        tokenizer.post_processor = processors.TemplateProcessing(
            single=single, pair=pair, special_tokens=marks
        )
        names |= {"pad_token": specials[0], "cls_token": specials[2], "sep_token": specials[3]}
    if kind in {"bert", "xlnet"}:
        names["model_input_names"] = ["input_ids", "token_type_ids", "attention_mask"]
    if kind == "xlnet":
        names |= {"padding_side": "left", "pad_token_type_id": 3}
    if kind == "gpt":
        names["padding_side"] = "left"  # as those who generate want it
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names, **settings).save_pretrained(
        folder
    )


def save_language_model(
    folder: Path,
    family: str,
    *,
    head: str | None = None,
    seed: int = 0,
    values: dict[str, Any] | None = None,
    **settings: Any,
) -> Path:
    """Save a randomly initialised model of a family with its tokenizer; return its folder.

    ``head`` is ``"SequenceClassification"``, ``"TokenClassification"`` or ``None``.
    """
    kind, stem, own = FAMILIES[family]
    labels = {"id2label": LABELS, "label2id": {name: i for i, name in LABELS.items()}} if head else {}
    config = getattr(transformers, f"{stem}Config")(**{**own, **(values or {})}, **labels)
    torch.manual_seed(seed)
    model = getattr(transformers, f"{stem}For{head}" if head else f"{stem}Model")(config)
    with torch.no_grad():
        for parameter in model.parameters():  # the usual initialisation is too small to tell errors by
            parameter.add_(torch.randn_like(parameter) * 0.1)
    model.save_pretrained(folder)
    save_tokenizer(folder, kind, **settings)
    return folder


def save_text_tower(folder: Path) -> Path:
    """Save the text half of a model of pictures and texts."""
    torch.manual_seed(0)
    config = transformers.CLIPTextConfig(**BERT, eos_token_id=3)
    transformers.CLIPTextModel(config).save_pretrained(folder)
    save_tokenizer(folder, "bart")
    return folder
