"""Equations are read as NumPy reads them, and pairs of operands multiply to what they say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelc.analysis import einsum


@settings(max_examples=80)
@given(st.lists(st.sampled_from("abcd"), min_size=0, max_size=3, unique=True), st.data())
def test_pairs_multiply_as_matrices(left: list[str], data: st.DataObject) -> None:
    """(batch, left, summed) times (batch, summed, right)."""
    right = data.draw(st.lists(st.sampled_from("abcdef"), max_size=3, unique=True))
    # Letters of only one operand must be summed before.
    later = [c for c in dict.fromkeys(left + right) if not (c in left and c in right) or data.draw(st.booleans())]
    plan = einsum.pair("".join(left), "".join(right), "".join(later))
    rng = np.random.default_rng(1)
    sizes = {c: i + 2 for i, c in enumerate("abcdef")}
    a, b = (rng.standard_normal([sizes[c] for c in letters]) for letters in (left, right))
    expected = np.einsum(f"{''.join(left)},{''.join(right)}->{plan.result}", a, b)
    batch = [sizes[c] for c in plan.batch]
    m, k, n = (int(np.prod([sizes[c] for c in part])) for part in (plan.left, plan.summed, plan.right))
    one = np.einsum(f"{''.join(left)}->{plan.batch + plan.left + plan.summed}", a).reshape(*batch, m, k)
    two = np.einsum(f"{''.join(right)}->{plan.batch + plan.summed + plan.right}", b).reshape(*batch, k, n)
    np.testing.assert_allclose((one @ two).reshape(expected.shape), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "ranks", "operands", "result"),
    [
        ("ij,jk->ik", (2, 2), ("ij", "jk"), "ik"),
        ("ba", (2,), ("ba",), "ab"),
        ("ii", (2,), ("ii",), ""),
        ("i j , j k", (2, 2), ("ij", "jk"), "ik"),
        ("...ij,...jk->...ik", (4, 3), ("abij", "bjk"), "abik"),
        ("...ij", (3,), ("aij",), "aij"),
    ],
)
def test_equations(text: str, ranks: tuple[int, ...], operands: tuple[str, ...], result: str) -> None:
    """Spaces, ellipses, results that are left out."""
    assert einsum.parse(text, ranks) == einsum.Equation(operands, result)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ij->ij", "equation 'ij->ij' has 1 terms for 2 operands"),
        ("ij,jkl->il", "term 'jkl' of 'ij,jkl->il' does not fit an operand of rank 2"),
        ("ij,jk->im", "its result 'im' is not made of distinct letters of the operands"),
        ("ij,jk->ii", "its result 'ii' is not made of distinct letters of the operands"),
        ("i.,jk->ik", "its result 'ik' is not made of distinct letters of the operands"),
    ],
)
def test_equations_that_say_nothing(text: str, message: str) -> None:
    """Refused with what is wrong."""
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        einsum.parse(text, (2, 2))
