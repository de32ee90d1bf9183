"""Tensors that hooks share with NumPy, with other hooks and with copies: what one writes the others see."""

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import pytest
from torch_support import normal, torch

from accelc.errors import SimulationError
from accelc.frontends.torch import hook
from accelc.hooking.executor import InterpretedSegment

Hook = Callable[[], AbstractContextManager[Any]]


def numpy_writes_what_was_read(hooked: Hook) -> list[Any]:
    """A buffer that a program fills again and again."""
    buffer = np.zeros(3, np.float32)
    batch, weight = torch.from_numpy(buffer), torch.ones(3)
    with hooked():
        found: list[Any] = []
        for step in range(3):
            buffer[:] = step
            found += [batch * weight + 1, batch[1:] * 2]
        batch += 1
        return [*found, buffer.tolist()]


def numpy_writes_a_hooked_tensor(hooked: Hook) -> list[Any]:
    """Through the array that the tensor gives."""
    with hooked():
        x = torch.zeros(4) + 1
        array = x.numpy()
        y = x * 2
        array[0] = 7
        z = x * 2
        x += 1
        return [y, z, array.tolist(), x]


def one_hook_after_the_other(hooked: Hook) -> list[Any]:
    """Tensors of the first in the second."""
    with hooked():
        a = torch.ones(3) * 2
        p = a + 1
    with hooked():
        b = torch.ones(3) * 3
        c, d = a + b, b + a
        a += b
        e = a * 1
        b.mul_(a)
        return [a, b, c, d, e, p, torch.cat([a, b])]


def a_hook_in_a_hook(hooked: Hook) -> list[Any]:
    """Tensors go both ways."""
    with hooked():
        a = torch.ones(3) * 2
        with hooked():
            b = torch.ones(3) * 3
            c = a + b
            a += b
        return [a, b, c, a * c + b]


def copies_and_words(hooked: Hook) -> list[Any]:
    """Copies are apart, views are not; numbers are formatted."""
    with hooked():
        x = torch.zeros(2, 3) + 1
        y, z = copy.deepcopy(x), x.detach()
        z += 1
        leaf = x.clone().requires_grad_()
        (leaf * leaf).sum().backward()
        x.view(3, 2).t()[0, 0] = 9
        return [x, y, z, leaf.grad, f"{x.sum():.2f}", [float(v) for v in x[0]], np.asarray(x).tolist(), str(x)]


@pytest.mark.parametrize(
    "case",
    [
        numpy_writes_what_was_read,
        numpy_writes_a_hooked_tensor,
        one_hook_after_the_other,
        a_hook_in_a_hook,
        copies_and_words,
    ],
)
def test_sharing(case: Callable[[Hook], list[Any]]) -> None:
    """As without hooks."""
    expected, found = case(nullcontext), case(lambda: hook(None))
    for mine, theirs in zip(found, expected, strict=True):
        assert (mine.tolist() if torch.is_tensor(mine) else mine) == (
            theirs.tolist() if torch.is_tensor(theirs) else theirs
        )


def test_elements_that_were_never_computed_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that fails is interpreted; if that fails too, what it would have made has no elements."""

    def fail(self: Any, inputs: Any) -> Any:
        raise SimulationError("deadlock")

    x = normal(3)
    with hook(None) as session:
        y = x * 2
        monkeypatch.setattr(InterpretedSegment, "run", fail)
        with pytest.raises(SimulationError, match="deadlock"):
            y.tolist()
        with pytest.raises(SimulationError, match="were never computed"):
            y.tolist()
    assert session.report.interpreted == {"deadlock": 1}
