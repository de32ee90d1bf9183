"""
Networks of the package transformers, with random weights, through `torch.compile`: one step of training each.

    pip install transformers && python -m benchmarks.coverage.huggingface

No suite has them, because the package is no dependency. Errors are the largest difference from eager torch, of scores,
loss, gradients and new parameters, relative to the largest element of each tensor. Key biases are left out, whose
gradients are zero but for rounding: the softmax takes what they add to all scores away.
"""

import sys
from copy import deepcopy
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from benchmarks.coverage.hook import error_of

LARGEST_ERROR = 5e-6
SIZES = {
    "bert": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64},
    "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 16},
}
WORDS, TOKENS = 60, 12


def network(name: str) -> tuple[Any, dict[str, Any]]:
    """A network for training without dropout, and its inputs; the second text of BERT's is shorter."""
    torch: Any = import_module("torch")
    transformers: Any = import_module("transformers")
    torch.manual_seed(0)
    words = torch.randint(0, WORDS, (2, TOKENS))
    if name == "bert":
        config = transformers.BertConfig(vocab_size=WORDS, num_labels=3, **SIZES[name])
        module = transformers.BertForSequenceClassification(config)
        mask = torch.ones_like(words)
        mask[1, TOKENS - 4 :] = 0
        inputs = {"input_ids": words, "attention_mask": mask, "labels": torch.tensor([0, 2])}
    else:
        config = transformers.GPT2Config(vocab_size=WORDS, bos_token_id=0, eos_token_id=0, **SIZES[name])
        module, inputs = transformers.GPT2LMHeadModel(config), {"input_ids": words, "labels": words.clone()}
    for layer in module.modules():
        if isinstance(layer, torch.nn.Dropout):
            layer.p = 0.0
    return module.train(), inputs


def trained(module: Any, inputs: dict[str, Any], called: Any) -> dict[str, Any]:
    """Scores, loss, gradients, and parameters after a step of SGD."""
    torch: Any = import_module("torch")
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    result = called(**inputs)
    result.loss.backward()
    found = {"scores": result.logits.detach(), "loss": result.loss.detach()}
    found |= {f"{name}.grad": p.grad.clone() for name, p in module.named_parameters() if p.grad is not None}
    optimizer.step()
    return found | {name: p.detach().clone() for name, p in module.named_parameters()}


def main() -> int:
    """Print a line for each network; 1 if one is not as in eager torch."""
    if find_spec("transformers") is None:
        print("error: this needs the package transformers: pip install transformers", file=sys.stderr)
        return 1
    torch: Any = import_module("torch")
    backend: Any = import_module("accelc.frontends.torch.backend")
    status = 0
    for name in SIZES:
        torch._dynamo.reset()
        module, inputs = network(name)
        other, report = deepcopy(module), backend.TorchReport()
        expected = trained(module, inputs, module)
        compiled = torch.compile(other, backend=backend.accelc, options={"target": "trn-like", "report": report})
        found = trained(other, inputs, compiled)
        kept = [key for key, array in expected.items() if "key.bias" not in key and array.abs().max() > 0]
        error = max(error_of(found[key].numpy(), expected[key].numpy()) for key in kept)
        left = dict(report.kept) or "nothing"
        print(f"{name}: error {error:.1e}, {report.graphs} graphs, operations {dict(report.operations)}, left: {left}")
        status |= error > LARGEST_ERROR or bool(report.races)
    return status


if __name__ == "__main__":
    sys.exit(main())
