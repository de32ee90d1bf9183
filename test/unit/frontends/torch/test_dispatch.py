"""Operators hooked as they are dispatched: torch's numbers, views and writes, in eager mode."""

from copy import deepcopy
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from test_random_programs import STEPS, Step, program
from torch_support import normal, torch

from accelc.frontends.torch import hook

TOLERANCE = 1e-5


def close(found: Any, expected: Any) -> None:
    """Equal within single precision, with the strides of torch."""
    assert tuple(found.shape) == tuple(expected.shape)
    assert tuple(found.stride()) == tuple(expected.stride())
    scale = float(expected.detach().abs().max()) if expected.numel() else 0.0
    mine, theirs = found.detach().numpy(), expected.detach().numpy()
    np.testing.assert_allclose(mine, theirs, rtol=0, atol=TOLERANCE * max(scale, 1.0))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_random_programs(steps: list[Step]) -> None:
    """Views of views, writes through them, inputs and buffers that are written."""
    module = program(steps)
    other, arguments = deepcopy(module), [normal(4, 6), normal(6)]
    mine = [argument.clone() for argument in arguments]
    with torch.no_grad():
        expected = module(*arguments)
        with hook(None):
            found = other(*mine)
    for a, b in zip(found, expected, strict=True):
        close(a, b)
    for a, b in zip([*mine, other.state], [*arguments, module.state], strict=True):
        close(a, b)


def steps_of_training(module: Any, x: Any) -> list[float]:
    """Losses of three steps, with autograd and an optimizer."""
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.5)
    losses: list[float] = []
    for _ in range(3):
        y = module(x)
        y = y + 0
        y[1:] += y[:-1].clone()
        loss = y.square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def test_training_on_the_machine() -> None:
    """Autograd and the optimizer are torch's; what they dispatch is compiled once and executed at every step."""
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2))
    other, x = deepcopy(module), torch.randn(5, 4)
    expected = steps_of_training(module, x)
    with hook("tiny") as session:
        found = steps_of_training(other, x)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    for mine, theirs in zip(other.parameters(), module.parameters(), strict=True):
        close(mine, theirs)
    report = session.report
    assert report.operations["accelerator"] > 100
    assert report.second_irs < report.executions
    assert not report.races


def test_what_is_not_imported_is_torchs() -> None:
    """Operators without a rule, results that depend on elements, and elements of other types."""
    x = torch.randn(4, 4)
    with hook(None) as session:
        y = x * 2
        values, places = torch.sort(y, dim=1)
        inverse = torch.linalg.inv(y + 10 * torch.eye(4))
        found = torch.nonzero(y > 0)
        counted = torch.arange(4) + 1
        y[0] = 0
        text = repr(y)
    expected = x * 2
    assert torch.equal(values, torch.sort(expected, dim=1)[0])
    assert torch.equal(places, torch.sort(expected, dim=1)[1])
    close(inverse, torch.linalg.inv(expected + 10 * torch.eye(4)))
    assert torch.equal(found, torch.nonzero(expected > 0))
    assert counted.tolist() == [1, 2, 3, 4]
    expected[0] = 0
    assert text == repr(expected)
    names = {name for name, _ in session.report.returned_calls}
    assert {"aten.sort.default", "aten.nonzero.default"} <= names


def test_tensors_stay_usable() -> None:
    """After the hook torch executes operators on hooked tensors, which see what their views write."""
    with hook(None):
        x = torch.zeros(2, 3) + 1.5
        row = x[1]
    row += 1
    assert x.tolist() == [[1.5] * 3, [2.5] * 3]
    assert float((x * 2).sum()) == 24
