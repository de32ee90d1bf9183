"""Bodies, layouts, windows, loops and attribute texts."""

import operator
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.frontends.mlir.plans.affine import Linear, Windows, domain, identity_map, plan_windows, windows_of
from accelc.frontends.mlir.plans.bodies import Body, Step, combiner, extreme_with_index, ordering
from accelc.frontends.mlir.plans.convolution import plan_layout
from accelc.frontends.mlir.plans.loops import Count, trip_count
from accelc.frontends.mlir.plans.structs import int_field, int_list, parse_layout, parse_struct

# --- bodies -----------------------------------------------------------------------------------------------------------

A, N, B, M = (("argument", i) for i in range(4))


def _jax_argmax(direction: str, tie: str = "compare LT") -> Body:
    """What jax writes for the index of an extreme."""
    steps = (
        Step(f"compare {direction}", (A, B)),
        Step("compare NE", (A, A)),
        Step("or", (("step", 0), ("step", 1))),
        Step("compare EQ", (A, B)),
        Step(tie, (N, M)),
        Step("and", (("step", 3), ("step", 4))),
        Step("or", (("step", 2), ("step", 5))),
        Step("select", (("step", 2), A, B)),
        Step("select", (("step", 6), N, M)),
    )
    return Body(4, steps, (("step", 7), ("step", 8)))


def test_extremes_with_indices_are_recognized() -> None:
    """The larger, the smaller; not the last of equal ones, nor bodies that compute."""
    assert extreme_with_index(_jax_argmax("GT")) == "max"
    assert extreme_with_index(_jax_argmax("LT")) == "min"
    assert extreme_with_index(_jax_argmax("GT", "compare GT")) is None
    added = Body(4, (Step("add", (A, B)),), (("step", 0), N))
    assert extreme_with_index(added) is None
    assert extreme_with_index(Body(4, (Step("select", (("constant", 1), A, B)),), (("step", 0), N))) is None


def test_a_loop_that_keeps_the_first_is_an_extreme_in_order_only() -> None:
    """`a >= b` keeps the earlier element: the lower index, as long as indices rise."""
    steps = (Step("compare GE", (A, B)), Step("select", (("step", 0), A, B)), Step("select", (("step", 0), N, M)))
    body = Body(4, steps, (("step", 1), ("step", 2)))
    assert extreme_with_index(body) is None
    assert extreme_with_index(body, in_order=True) == "max"


@pytest.mark.parametrize(
    ("step", "returned", "expected"),
    [
        (Step("add", (A, N)), ("step", 0), "add"),
        (Step("add", (N, A)), ("step", 0), "add"),
        (Step("add", (A, A)), ("step", 0), None),
        (Step("sub", (A, N)), ("step", 0), None),
        (Step("max", (A, N)), ("argument", 1), "second"),
        (Step("max", (A, N)), ("argument", 0), "first"),
        (Step("max", (A, N)), ("constant", 1.0), None),
    ],
)
def test_combiners(step: Step, returned: tuple[str, Any], expected: str | None) -> None:
    """One commutative function of both arguments, or one of them."""
    assert combiner(Body(2, (step,), (returned,))) == expected


def test_orders_of_sorts() -> None:
    """A comparison either way; neither an equality nor an unknown function."""
    for name, expected in (("LT", "less"), ("GE", "greater"), ("EQ", None)):
        assert ordering(Body(2, (Step(f"compare {name}", (A, N)),), (("step", 0),))) == expected
    assert ordering(Body(2, (Step("chaos", (A, N)),), (("step", 0),))) is None


# --- layouts and windows ----------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 3), st.data())
def test_layouts_permute_to_images(spatial: int, data: st.DataObject) -> None:
    """Any order of axes of any number."""
    numbers = [str(i) for i in range(spatial)]
    orders = [data.draw(st.permutations([*first, *numbers])) for first in ("bf", "oi", "bf")]
    layout = plan_layout(*orders)
    assert [orders[0][i] for i in layout.x] == ["b", "f", *numbers]
    assert [orders[1][i] for i in layout.kernel] == ["o", "i", *numbers]
    assert [["b", "f", *numbers][i] for i in layout.result] == list(orders[2])


def test_wrong_layouts() -> None:
    """Axes that are missing or unknown."""
    with pytest.raises(ValueError, match="the kernel has axes"):
        plan_layout(["b", "f", "0"], ["o", "o", "0"], ["b", "f", "0"])
    with pytest.raises(ValueError, match="is no layout such as"):
        parse_layout("[b, f]x[i, o]")


def _direct(labels: Windows, x: Any, kernel: Any) -> Any:
    """A convolution by labels as loops over the kernel's spatial places."""
    axes = [labels.x.index(s) for s in labels.spatial]
    taps = [kernel.shape[labels.kernel.index(s)] for s in labels.spatial]
    rules = list(zip(axes, taps, labels.strides, labels.dilations, strict=True))
    outputs = [(x.shape[axis] - (tap - 1) * d - 1) // s + 1 for axis, tap, s, d in rules]
    total: Any = 0
    for place in product(*map(range, taps)):
        window, tap = [slice(None)] * x.ndim, [slice(None)] * kernel.ndim
        for s, i, count, (axis, _, stride, dilation) in zip(labels.spatial, place, outputs, rules, strict=True):
            first = i * dilation
            window[axis] = slice(first, first + (count - 1) * stride + 1, stride)
            tap[labels.kernel.index(s)] = slice(i, i + 1)
        at = kernel[tuple(tap)].squeeze(tuple(labels.kernel.index(s) for s in labels.spatial))
        rest = "".join(label for label in labels.kernel if label not in labels.spatial)
        total = total + np.einsum(f"{labels.x},{rest}->{labels.result}", x[tuple(window)], at)
    return total


@pytest.mark.parametrize(
    "sides", ["nhwc,hwcf,nhwf", "nchw,fchw,nfhw", "nhwc,hwcm,nhwcm", "ngchw,gfchw,ngfhw", "hw,hw,hw"]
)
def test_windows_by_labels(sides: str) -> None:
    """Permutations and shapes give the groups, channels and order of the labels."""
    a, b, c = sides.split(",")
    labels = Windows(a, b, c, "hw", (2, 1), (1, 2))
    sizes = {"n": 2, "h": 7, "w": 8, "c": 3, "f": 4, "m": 2, "g": 2}
    kernel_sizes = sizes | {"h": 3, "w": 2}
    rng = np.random.default_rng(0)
    x = rng.integers(-5, 6, [sizes[n] for n in a])
    kernel = rng.integers(-5, 6, [kernel_sizes[n] for n in b])
    plan = plan_windows(labels, x.shape, kernel.shape)
    images = x.transpose(plan.x_perm).reshape(plan.x_shape)
    taps = kernel.transpose(plan.kernel_perm).reshape(plan.kernel_shape)
    channels, filters = taps.shape[1], taps.shape[0] // plan.groups
    parts = [
        _direct(Windows("nchw", "fchw", "nfhw", "hw", (2, 1), (1, 2)), image, tap)
        for image, tap in zip(np.split(images, plan.groups, 1), np.split(taps, plan.groups, 0), strict=True)
    ]
    assert images.shape[1] == plan.groups * channels
    found = np.concatenate(parts, 1)
    assert found.shape[1] == plan.groups * filters
    found = found.reshape([*plan.outer, *found.shape[2:]]).transpose(plan.result_perm)
    assert np.array_equal(found, _direct(labels, x, kernel))


def test_windows_by_maps() -> None:
    """Strides and dilations are the factors of the maps."""
    x = (Linear({0: 1}), Linear({1: 2, 3: 3}), Linear({4: 1}))
    found = windows_of((x, identity_map([3, 4, 2]), identity_map([0, 1, 2])))
    assert (found.strides, found.dilations) == ((2,), (3,))
    assert (len(found.x), len(found.kernel), len(found.result)) == (3, 3, 3)
    with pytest.raises(ValueError, match="other indices than of one window"):
        windows_of(((Linear({0: 1, 1: 1, 2: 1}),), identity_map([2]), identity_map([0])))


def test_sizes_of_an_iteration() -> None:
    """Each index along one axis alone; sizes agree."""
    assert domain(2, [identity_map([1, 0])], [(3, 4)]) == (4, 3)
    with pytest.raises(ValueError, match="goes along axes of 3 and of 4 elements"):
        domain(1, [identity_map([0]), identity_map([0])], [(3,), (4,)])
    with pytest.raises(ValueError, match="size of index 1 is not that of any axis"):
        domain(2, [identity_map([0])], [(3,)])


# --- loops and texts --------------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(
    st.integers(-20, 20),
    st.integers(-20, 20),
    st.integers(-4, 4),
    st.sampled_from(["LT", "LE", "GT", "GE", "NE", "EQ"]),
)
def test_trip_counts_are_those_of_the_loop(start: int, limit: int, step: int, direction: str) -> None:
    """The loop executed, as far as it ends within 100 iterations."""
    names = {"LT": operator.lt, "LE": operator.le, "GT": operator.gt, "GE": operator.ge, "NE": operator.ne}
    holds = names.get(direction, operator.eq)
    count, i = 0, start
    while holds(i, limit) and count < 100:
        i += step
        count += 1
    expected = None if count == 100 or direction == "EQ" else count
    assert trip_count(Count(start, limit, step, direction)) == expected


def test_texts_of_attributes() -> None:
    """Lists, numbers and words; anything else is an error."""
    fields = parse_struct("offset_dims = [1, 2], index_vector_dim = 3, mode = FAST, none = []")
    assert (int_list(fields, "offset_dims"), int_field(fields, "index_vector_dim", 0)) == ([1, 2], 3)
    assert (int_list(fields, "none"), int_list(fields, "absent"), fields["mode"]) == ([], [], "FAST")
    for text in ("a = [1", "= 3", "a 3", "a = [x]"):
        with pytest.raises(ValueError, match="is no 'field = value'"):
            parse_struct(text)
    with pytest.raises(ValueError, match="is given twice"):
        parse_struct("a = 1, a = 2")
    with pytest.raises(ValueError, match="is no list of integers"):
        int_list(fields, "mode")
