"""Programs whose tensors share storage: what is written through one name is read through another."""

from typing import Any

import pytest
from torch_support import Program, check, normal, torch, written


def test_a_view_is_written_and_its_base_read() -> None:
    def function(_: Any, x: Any) -> Any:
        x[1:3].add_(1)
        return x * 2

    assert written(check(Program(function), normal(5))) == ["arguments_0"]


def test_what_was_read_before_a_write_keeps_its_contents() -> None:
    def function(_: Any, x: Any) -> Any:
        before = x + 0
        view = x.t()
        view[0].zero_()
        return before, view, x

    check(Program(function), normal(3, 4))


def test_overlapping_views_see_each_other() -> None:
    def function(_: Any, x: Any) -> Any:
        a, b = x[0:3], x[2:5]
        a.add_(1)
        b.mul_(2)
        a.sub_(b.clone())
        return a + b

    check(Program(function), normal(6))


def test_buffers_and_inputs_that_are_written_are_results() -> None:
    def function(self: Any, x: Any, y: Any) -> Any:
        self.state.mul_(2).add_(y)
        x.copy_(self.state)
        return y.relu()

    imported = check(Program(function, state=normal(4), other=normal(4)), normal(4), normal(4) + 1)
    assert written(imported) == ["state", "arguments_0"]


def test_two_names_of_one_storage_are_one() -> None:
    base = normal(4, 6)

    def function(self: Any, x: Any) -> Any:
        self.rows.add_(x)
        self.turned[0].zero_()
        return self.base * 1

    program = Program(function, rows=base[1:3], base=base, turned=base.t())
    assert written(check(program, normal(6))) == ["rows", "base", "turned"]


def test_a_tied_weight_is_stored_once() -> None:
    layer = torch.nn.Linear(6, 6)
    other = torch.nn.Linear(6, 6)
    other.weight = layer.weight
    imported = check(torch.nn.Sequential(layer, other), normal(2, 6))
    assert sum(array.size for array in imported.weights.values() if array.ndim == 2) == 36


def test_reshape_is_a_view_or_a_copy_as_torch_says() -> None:
    def function(_: Any, x: Any) -> Any:
        x.reshape(-1)[1::3].clamp_(0, 1)
        copied = x.t().reshape(-1)
        copied.zero_()
        same = x.contiguous()
        same.add_(5)
        return copied, x.t().contiguous().add_(1)

    check(Program(function), normal(4, 6))


def test_the_memory_order_of_a_copy_is_torch_s() -> None:
    def function(_: Any, x: Any) -> Any:
        # A clone of a transposed matrix is transposed in memory: its transposition is what can be flattened.
        copied = x.t().clone()
        copied.t().view(-1)[2:4].mul_(3)
        return copied

    check(Program(function), normal(3, 4))


def test_unbound_split_and_diagonal_views() -> None:
    def function(_: Any, x: Any) -> Any:
        for number, row in enumerate(x.unbind(0)):
            row.add_(number)
        left, right = x.chunk(2, 1)
        left.copy_(right)
        top, _rest = x.split([1, 3], 0)
        top.div_(2.0)
        x[:, :4].diagonal().zero_()
        x[:, :4].diagonal(1).fill_(3.0)
        x.unsqueeze(1).squeeze(1).flatten(0, 1)[7:9].neg_()
        return top.expand(3, 6)

    check(Program(function), normal(4, 6))


def test_masks_and_flat_runs_are_written() -> None:
    def function(_: Any, x: Any) -> Any:
        x.view(-1)[5:9].view(2, 2).t()[0].add_(1)
        x[x > 0] = 0.5
        torch.add(x, 1, out=x)
        return x.sum()

    check(Program(function), normal(4, 6))


def test_places_of_several_axes_are_written() -> None:
    def function(_: Any, x: Any, y: Any) -> Any:
        x[torch.tensor([0, 2]), torch.tensor([1, -1])] = 5.0
        x.t()[torch.tensor([[0], [3]]), torch.tensor([1, 2])] += 1
        y[torch.tensor([0, 1]), :, torch.tensor([1, -2])] = y[:2, :, 0] * 2
        return x[torch.tensor([0, -1]), torch.tensor([3, 3])]

    check(Program(function), normal(3, 4), normal(2, 3, 4))


def test_an_optimizer_written_by_hand() -> None:
    def function(self: Any, gradient: Any) -> Any:
        self.moment.mul_(0.9).add_(gradient, alpha=0.1)
        self.weight.addcmul_(self.moment, gradient, value=-0.1)
        self.weight.sub_(0.01 * self.moment)
        return (self.weight * self.weight).mean()

    check(Program(function, weight=normal(4), moment=normal(4)), normal(4))


def test_parameters_are_written_without_gradients() -> None:
    def function(self: Any, gradient: Any) -> Any:
        with torch.no_grad():
            self.weight.sub_(0.1 * gradient)
        return self.weight + gradient

    step = Program(function, weight=torch.nn.Parameter(normal(3)))
    assert written(check(step, normal(3))) == ["weight"]


@pytest.mark.parametrize("simulate", [False, True], ids=["interpreter", "simulator"])
def test_a_key_value_cache_is_written_at_a_static_position(simulate: bool) -> None:
    def function(self: Any, key: Any, query: Any) -> Any:
        self.cache[:, 2:3] = key
        return torch.softmax(query @ self.cache.transpose(1, 2) / 2, -1) @ self.cache

    program = Program(function, cache=normal(2, 5, 4))
    assert written(check(program, normal(2, 1, 4), normal(2, 1, 4), simulate=simulate)) == ["cache"]


def test_an_input_may_lie_transposed_in_memory() -> None:
    def function(_: Any, x: Any) -> Any:
        x.t().view(-1)[:3].zero_()
        return x.sum(0)

    check(Program(function), normal(4, 3).t())
