"""Dense layers that oneDNN computes: the same values, and an activation joined only where it belongs."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from transformers import AutoModel, BertConfig, GPT2Config, ViTConfig
from transformers.activations import ACT2FN

from ptmrank_core.features.encoders import dense
from ptmrank_core.features.encoders.dense import NO_ACTIVATION, OneDnnLinear, fuse_linear_layers

WIDTH = 128
EXACT = 1e-5
JOINED = ("gelu", "gelu_new", "gelu_pytorch_tanh", "relu", "silu", "swish")
APART = ("quick_gelu", "tanh", "leaky_relu", "gelu_10")
pytestmark = pytest.mark.skipif(
    not dense._has_onednn(),
    reason="this torch has no oneDNN",
)


class Feedforward(nn.Module):
    """A feed-forward block as most families write it."""

    def __init__(self, activation: nn.Module) -> None:
        super().__init__()
        self.up = nn.Linear(WIDTH, 2 * WIDTH)
        self.act = activation
        self.down = nn.Linear(2 * WIDTH, WIDTH)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Widen, bend, narrow."""
        output: torch.Tensor = self.down(self.act(self.up(hidden)))
        return output


class Gated(Feedforward):
    """A gated block: only one of two layers side by side is followed by the activation."""

    def __init__(self, activation: nn.Module) -> None:
        super().__init__(activation)
        self.gate = nn.Linear(WIDTH, 2 * WIDTH)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Widen twice, bend one of both."""
        output: torch.Tensor = self.down(self.act(self.gate(hidden)) * self.up(hidden))
        return output


class Reused(Feedforward):
    """A block that wants the layer's output before the activation too."""

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Add what goes in and what comes out of the activation."""
        wide = self.up(hidden)
        output: torch.Tensor = self.down(self.act(wide) + wide)
        return output


class Normed(Feedforward):
    """A block whose activation follows something else than a dense layer."""

    def __init__(self, activation: nn.Module) -> None:
        super().__init__(activation)
        self.norm = nn.LayerNorm(2 * WIDTH)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Normalise between the layer and the activation."""
        output: torch.Tensor = self.down(self.act(self.norm(self.up(hidden))))
        return output


class TwoInputs(Feedforward):
    """A block that cannot be tried: it needs to be told more than one tensor."""

    def forward(self, hidden: torch.Tensor, scale: float) -> torch.Tensor:  # type: ignore[override]
        """Scale what goes in."""
        return super().forward(hidden * scale)


def outputs(
    block: nn.Module, *other_inputs: Any, dtype: torch.dtype = torch.float32
) -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    """Quicken a copy of a block; return it, and what both make of the same input."""
    plain = block.eval().to(dtype)
    quick = copy.deepcopy(plain)
    fuse_linear_layers(quick)
    hidden = torch.randn(3, 5, WIDTH, generator=torch.Generator().manual_seed(1)).to(dtype)
    with torch.inference_mode():
        return quick, plain(hidden, *other_inputs), quick(hidden, *other_inputs)


def joined(module: nn.Module) -> list[str]:
    """Name the layers that an activation was joined to."""
    return [
        name
        for name, layer in module.named_modules()
        if isinstance(layer, OneDnnLinear) and layer.activation != NO_ACTIVATION
    ]


@pytest.mark.parametrize("name", JOINED)
@pytest.mark.parametrize("kind", [Feedforward, Gated])
def test_an_activation_joins_the_layer_that_it_follows(kind: Callable[..., nn.Module], name: str) -> None:
    """What oneDNN knows runs with its layer, gate or not, and gives what it gave."""
    torch.manual_seed(0)
    quick, expected, found = outputs(kind(ACT2FN[name]))
    assert joined(quick) == ["gate" if kind is Gated else "up"]
    torch.testing.assert_close(found, expected, rtol=0, atol=EXACT)


@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_both_formulas_of_torchs_own_gelu_are_told_apart(approximate: str) -> None:
    """GELU by the error function and by the hyperbolic tangent differ by far more than what is left."""
    torch.manual_seed(0)
    quick, expected, found = outputs(Feedforward(nn.GELU(approximate)))
    assert joined(quick) == ["up"]
    torch.testing.assert_close(found, expected, rtol=0, atol=EXACT)


@pytest.mark.parametrize("name", APART)
def test_what_onednn_does_not_know_stays_a_pass_of_its_own(name: str) -> None:
    """Layers run in oneDNN, and an activation without a name there is called as before."""
    torch.manual_seed(0)
    quick, expected, found = outputs(Feedforward(ACT2FN[name]))
    assert joined(quick) == []
    assert isinstance(quick.up, OneDnnLinear)
    torch.testing.assert_close(found, expected, rtol=0, atol=EXACT)


@pytest.mark.parametrize("kind", [Reused, Normed])
def test_an_activation_that_does_not_follow_the_layer_alone_stays(kind: Callable[..., nn.Module]) -> None:
    """A trial finds that the block would give something else, and undoes it."""
    torch.manual_seed(0)
    quick, expected, found = outputs(kind(ACT2FN["gelu"]))
    assert joined(quick) == []
    torch.testing.assert_close(found, expected, rtol=0, atol=EXACT)


def test_a_block_that_cannot_be_tried_keeps_its_activation() -> None:
    """Nothing is joined where the module takes more than one tensor."""
    torch.manual_seed(0)
    quick, expected, found = outputs(TwoInputs(ACT2FN["gelu"]), 2.0)
    assert joined(quick) == []
    torch.testing.assert_close(found, expected, rtol=0, atol=EXACT)


def test_bfloat16_is_computed_as_exactly_as_before() -> None:
    """With the activation in the same pass the output is as near to float32's as without, or nearer.

    A processor without AVX-512 has no such pass in oneDNN: there torch computes the layers.
    """
    torch.manual_seed(0)
    block = Feedforward(ACT2FN["gelu"])
    _, exact, _ = outputs(copy.deepcopy(block))
    quick, before, after = outputs(block, dtype=torch.bfloat16)
    has_kernels = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    assert joined(quick) == (["up"] if has_kernels else [])
    errors = [(output.float() - exact).abs().mean().item() for output in (before, after)]
    assert errors[1] <= 1.1 * errors[0]


def test_a_format_without_kernels_is_left_to_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a processor for which oneDNN has none, a model in bfloat16 stays as it is; float32 is quickened."""
    monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda: False)
    quick, expected, found = outputs(Feedforward(ACT2FN["gelu"]), dtype=torch.bfloat16)
    assert not any(isinstance(layer, OneDnnLinear) for layer in quick.modules())
    torch.testing.assert_close(found, expected, rtol=0, atol=0)
    quick, _, _ = outputs(Feedforward(ACT2FN["gelu"]))
    assert any(isinstance(layer, OneDnnLinear) for layer in quick.modules())


@pytest.mark.parametrize("shape", [(WIDTH,), (0, WIDTH), (7, WIDTH), (2, 3, 4, WIDTH)])
@pytest.mark.parametrize("bias", [True, False])
def test_a_layer_takes_every_shape_that_it_took(shape: tuple[int, ...], bias: bool) -> None:
    """One vector, none, and any number of axes, with and without a bias; strided as well."""
    torch.manual_seed(0)
    plain = nn.Linear(WIDTH, 2 * WIDTH, bias=bias).eval()
    quick = nn.Sequential(copy.deepcopy(plain))
    fuse_linear_layers(quick)
    assert isinstance(quick[0], OneDnnLinear)
    contiguous, strided = torch.randn(shape), torch.randn(*shape[:-1], 2 * WIDTH)[..., ::2]
    with torch.inference_mode():
        for values in (contiguous, strided):
            torch.testing.assert_close(quick(values), plain(values), rtol=0, atol=EXACT)


def test_small_layers_subclasses_and_other_formats_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would not gain by it, or is not what it looks like, stays what it was."""
    monkeypatch.setattr(dense, "MIN_WEIGHTS", 65)
    small = nn.Linear(8, 8)
    attention = nn.MultiheadAttention(
        WIDTH, 4
    )  # its output layer is a subclass whose weights it reads itself
    double = nn.Linear(WIDTH, WIDTH, dtype=torch.float64)
    model = nn.ModuleList([small, attention, double])
    fuse_linear_layers(model)
    assert not [module for module in model.modules() if isinstance(module, OneDnnLinear)]


def test_nothing_changes_where_onednn_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """On another kind of processor torch's own layers stay."""
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    model = Feedforward(ACT2FN["gelu"])
    fuse_linear_layers(model)
    assert type(model.up) is nn.Linear


def test_names_and_weights_stay() -> None:
    """A quickened model has the same state, not a copy of it."""
    model = Feedforward(ACT2FN["gelu"])
    before = {name: tensor.data_ptr() for name, tensor in model.state_dict().items()}
    fuse_linear_layers(model)
    assert {name: tensor.data_ptr() for name, tensor in model.state_dict().items()} == before


@pytest.mark.parametrize(
    "config",
    [
        BertConfig(hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=4, intermediate_size=256),
        ViTConfig(
            hidden_size=WIDTH,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=256,
            image_size=32,
            patch_size=8,
        ),
        GPT2Config(n_embd=WIDTH, n_layer=2, n_head=4),
    ],
    ids=lambda config: config.model_type,
)
def test_a_whole_model_gives_the_same(config: Any) -> None:
    """Real families, wide enough to be quickened, give their hidden states to 1e-5."""
    torch.manual_seed(0)
    plain = AutoModel.from_config(config).eval()
    quick = copy.deepcopy(plain)
    fuse_linear_layers(quick)
    if config.model_type == "vit":
        inputs = {"pixel_values": torch.randn(2, 3, 32, 32)}
    else:
        inputs = {"input_ids": torch.arange(12).view(2, 6) + 5}
    with torch.inference_mode():
        expected, found = plain(**inputs).last_hidden_state, quick(**inputs).last_hidden_state
    torch.testing.assert_close(found, expected, rtol=0, atol=EXACT)
    # GPT-2 has its own kind of layer, which is left alone.
    assert len(joined(quick)) == (0 if config.model_type == "gpt2" else 2)


@pytest.mark.parametrize("name", JOINED)
def test_a_gradient_is_that_of_torch(name: str) -> None:
    """Where a model is trained, layers and joined activations have torch's own outputs and gradients."""
    torch.manual_seed(0)
    before = Feedforward(ACT2FN[name]).eval()
    after = copy.deepcopy(before)
    fuse_linear_layers(after)
    assert isinstance(after.act, nn.Identity)
    hidden = torch.randn(5, WIDTH)
    for block in (before, after):
        block(hidden).square().sum().backward()
    for (key, one), (_, other) in zip(before.named_parameters(), after.named_parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad, rtol=EXACT, atol=EXACT, msg=key)
