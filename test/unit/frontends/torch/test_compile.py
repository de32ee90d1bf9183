"""`torch.compile` with the backend `accelc`: torch's numbers, forward, backward and after a step of an optimizer."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from torch_support import torch

from accelc.errors import UsageError
from accelc.frontends.torch.backend import TorchReport, accelc
from benchmarks.coverage import torch_networks

TOLERANCE = 5e-6
"""Of the largest element of each tensor: single precision, in another order of summation."""


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Nothing compiled by another test."""
    torch._dynamo.reset()


def options(target: str | None) -> tuple[dict[str, Any], TorchReport]:
    """Options of the backend, with a report of their own."""
    report = TorchReport()
    return {"target": target, "report": report}, report


def eager(function: Callable[..., Any]) -> Callable[..., Any]:
    """What torch executes itself."""
    return function


def compiler(given: dict[str, Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`torch.compile` with options."""

    def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
        return torch.compile(function, backend=accelc, options=given)

    return compiled


def close(found: Any, expected: Any, name: str = "") -> None:
    """Equal within the tolerance."""
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    scale = float(expected.abs().max()) if expected.numel() else 0.0
    difference = float((found.double() - expected.double()).abs().max()) if expected.numel() else 0.0
    assert difference <= TOLERANCE * scale, f"{name}: {difference} of {scale}"


@pytest.mark.parametrize("name", ["bert", "gpt", "cnn"])
def test_a_step_of_training(name: str) -> None:
    """Scores, loss, every gradient, parameters and running statistics; no operator is left to torch."""
    module, inputs, classes = torch_networks.examples(name, layers=1)
    other = deepcopy(module)
    expected = torch_networks.trained(module, inputs, classes, eager)
    given, report = options(None)
    found = torch_networks.trained(other, inputs, classes, compiler(given))
    for (key, mine), (_, theirs) in zip(found, expected, strict=True):
        close(mine, theirs, key)
    assert report.graphs == 2
    assert not report.kept


def test_a_step_on_the_machine() -> None:
    """Forward and backward of a small network with BatchNorm, all arithmetic on the accelerator."""
    torch.manual_seed(0)
    module = torch.nn.Sequential(
        torch.nn.Conv2d(2, 4, 3, stride=2, bias=False), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.Flatten()
    )
    inputs, classes = (torch.randn(3, 2, 7, 7),), torch.tensor([0, 5, 9])
    other = deepcopy(module)
    expected = torch_networks.trained(module, inputs, classes, eager)
    given, report = options("trn-like")
    found = torch_networks.trained(other, inputs, classes, compiler(given))
    for (key, mine), (_, theirs) in zip(found, expected, strict=True):
        close(mine, theirs, key)
    assert report.accelerator_ns > 0
    assert not report.races
    assert report.operations["accelerator"] > 10 * report.operations["host"]


FUNCTIONS: dict[str, tuple[Callable[[Any], Any], tuple[int, ...]]] = {
    "views": (lambda x: x.t().reshape(-1)[1::2].view(2, -1) * x.sum(), (4, 5)),
    "max_pool": (lambda x: torch.nn.functional.max_pool2d(x, 3, 2, 1, ceil_mode=True), (2, 3, 7, 8)),
    "dilated_pool": (lambda x: torch.nn.functional.max_pool2d(x, 2, 1, dilation=2), (1, 2, 6, 5)),
    "gather": (lambda x: x.gather(1, torch.tensor([[0, 2], [4, 4], [1, 0]])), (4, 5)),
    "scatter_add": (lambda x: torch.zeros(5, 5).scatter_add(0, torch.tensor([[0, 2, 2, 1, 4]] * 4), x), (4, 5)),
    "rows": (lambda x: x[torch.tensor([[0, 3], [3, 3]])], (4, 5)),
    "written_rows": (lambda x: x.clone().index_put((torch.tensor([0, 2]),), x[:2] * 3), (4, 5)),
    "group_norm": (lambda x: torch.nn.functional.group_norm(x, 2), (2, 4, 5)),
    "attention": (
        lambda x: torch.nn.functional.scaled_dot_product_attention(x, x * 0.5, x + 1, is_causal=True),
        (1, 2, 6, 4),
    ),
    "kept": (lambda x: torch.linalg.inv(x @ x.T + torch.eye(4)).sum(0), (4, 5)),
    "sorted": (lambda x: torch.sort(x * 2, dim=1)[0], (4, 5)),
    "expanded": (lambda x: x.sum(1, keepdim=True).expand(4, 5) * x.exp() * x, (4, 5)),
    "places": (lambda x: x[torch.tensor([[0], [-1]]), :, torch.tensor([1, -2])] * x.sum(), (3, 2, 4)),
    "scans": (lambda x: x.cumsum(0) * (x > 0).cumsum(1) + x.long().cumsum(-1), (5, 3)),
    "nothing": (lambda x: torch.cat([x, x[:0]]), (4, 5)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_gradients(name: str) -> None:
    """Operators with and without rules."""
    function, shape = FUNCTIONS[name]
    torch.manual_seed(1)
    x = torch.randn(shape)
    given, report = options(None)
    results: list[tuple[Any, Any]] = []
    for called in (compiler(given)(function), function):
        argument = x.clone().requires_grad_()
        value = called(argument)
        weights = torch.linspace(-1, 1, value.numel()).reshape(value.shape)
        (value * weights).sum().backward()
        results.append((value.detach(), argument.grad))
    (value, gradient), (expected, wanted) = results
    close(value, expected, "value")
    close(gradient, wanted, "gradient")
    kept = {operator for operator, _ in report.kept}
    assert bool(kept) == (name in ("kept", "sorted"))


@pytest.mark.parametrize(
    ("stride", "padding", "dilation", "groups", "size"),
    [(1, 0, 1, 1, 6), (2, 1, 1, 2, 7), (3, 2, 2, 1, 11), (2, 0, 1, 4, 8), (1, 2, 2, 2, 5)],
)
def test_gradients_of_convolutions(stride: int, padding: int, dilation: int, groups: int, size: int) -> None:
    """Of input, weight and bias, with strides that leave a rest."""
    torch.manual_seed(2)
    x, weight, bias = torch.randn(2, 4, size, size + 1), torch.randn(8, 4 // groups, 3, 2), torch.randn(8)

    def function(*given: Any) -> Any:
        return torch.nn.functional.conv2d(*given, stride, padding, dilation, groups).square()

    given, report = options(None)
    results: list[list[Any]] = []
    for called in (compiler(given)(function), function):
        arguments = [tensor.clone().requires_grad_() for tensor in (x, weight, bias)]
        called(*arguments).sum().backward()
        results.append([argument.grad for argument in arguments])
    for mine, theirs in zip(*results, strict=True):
        close(mine, theirs)
    assert not report.kept


def test_operators_of_other_namespaces() -> None:
    """They have names and arguments of their own."""
    given, report = options(None)
    x = torch.randn(4, 5)

    def function(x: Any) -> Any:
        return torch.ops.prims.sum.default(x, [0]), torch.ops.prims.ndtri.default(x)

    found = compiler(given)(function)(x)
    close(found[0], x.sum(0))
    ((name, reason),) = report.kept
    assert name == "prims.ndtri"
    assert "operator prims.ndtri cannot be imported" in reason


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_recurrent_layers(kind: str) -> None:
    """Where Dynamo may trace them they are taken apart, forward and backward."""
    torch.manual_seed(3)
    module = getattr(torch.nn, kind)(3, 4, batch_first=True)
    given, report = options(None)
    results: list[list[Any]] = []
    for called in (compiler(given)(module), module):
        x = torch.linspace(-1, 1, 24).reshape(2, 4, 3).requires_grad_()
        module.zero_grad()
        with torch._dynamo.config.patch(allow_rnn=True):
            value = called(x)[0]
        value.square().sum().backward()
        results.append([value.detach(), x.grad, *(p.grad.clone() for p in module.parameters())])
    for mine, theirs in zip(*results, strict=True):
        close(mine, theirs)
    assert report.graphs == 2
    assert not report.kept


def test_random_numbers_are_those_of_torch() -> None:
    """Dropout with the same seed drops the same elements: torch itself draws them, inside of the program."""
    module = torch.nn.Sequential(torch.nn.Dropout(0.5), torch.nn.ReLU())
    x = torch.randn(8, 16)
    given, report = options(None)
    compiled = compiler(given)(module)
    results: list[Any] = []
    for called in (compiled, module):
        torch.manual_seed(7)
        results.append(called(x.clone().requires_grad_()).detach())
    close(results[0], results[1])
    assert [operator for operator, _ in report.kept] == ["aten.native_dropout"]


def test_graph_breaks_and_writes() -> None:
    """Python between graphs, arguments written in place, results that are views."""

    def function(x: Any, y: Any) -> Any:
        x.add_(1)
        if y.sum().item() > 0:
            y = y * 2
        return x[1:], y @ x.t(), 3

    given, report = options(None)
    results: list[Any] = []
    for called in (compiler(given)(function), function):
        x, y = torch.arange(6.0).reshape(2, 3), torch.ones(4, 3)
        view, product, number = called(x, y)
        view.mul_(2)
        results.append((x, product, number))
    assert torch.equal(results[0][0], results[1][0])
    assert torch.equal(results[0][1], results[1][1])
    assert results[0][2] == 3
    assert report.graphs >= 2


def test_graphs_that_cannot_be_compiled_are_torchs() -> None:
    """Elements that the dialect does not have: the whole graph runs in torch, with the reason."""
    given, report = options(None)
    x = torch.randn(4, dtype=torch.complex64)
    found = compiler(given)(torch.square)(x)
    assert torch.equal(found, x * x)
    ((what, reason),) = report.kept
    assert what == "graph"
    assert "elements of type complex64" in reason


def test_the_backend_has_a_name() -> None:
    """The entry point that is installed with accelc makes `backend="accelc"` known."""
    given, report = options(None)
    found = torch.compile(torch.exp, backend="accelc", options=given)(torch.zeros(3))
    assert torch.equal(found, torch.ones(3))
    assert report.graphs == 1


def test_unknown_options() -> None:
    """An option that does not exist is an error, with the closest name."""
    with pytest.raises(UsageError, match="unknown option 'tarket'; did you mean 'target'"):
        accelc(None, [], options={"tarket": "tiny"})
