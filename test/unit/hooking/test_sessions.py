"""Several hooks, one after the other, one in the other, and several threads in one; what memory they keep."""

import gc
from threading import Thread
from typing import Any
from weakref import ref

import numpy as np
from numpy import zeros as made_of_nothing

import accelc
from accelc.hooking.arrays.array import DeviceArray

F32 = np.float32


def check(array: Any, *elements: float) -> None:
    """The elements are these."""
    assert np.asarray(array).tolist() == list(elements)


def test_arrays_of_an_earlier_hook() -> None:
    """They are NumPy's, on both sides of an operator, in place, as arguments, results and indices."""
    with accelc.hook(None):
        old = np.ones(3, F32)
        places = np.argmax(np.eye(3, dtype=F32)[::-1] * 2, axis=1)
    with accelc.hook(None) as session:
        new = np.ones(3, F32) * 2
        check(old + new, 3, 3, 3)
        new = new * 2
        check(new + old, 5, 5, 5)
        new = new + np.arange(3).astype(F32)
        check(np.concatenate([old, new]), 1, 1, 1, 4, 5, 6)
        check(new[places] * 1, 6, 5, 4)
        new = new * 2
        old += new
        new -= old
        check(new, -1, -1, -1)
        new = new * 3
        np.add(new, 1, out=old)
    check(old, -2, -2, -2)
    assert session.report.hooked_calls["add"] > 0


def test_a_hook_in_a_hook() -> None:
    """Each has its own segment; arrays go from one to the other, and NumPy is as before in the end."""
    before = np.array, np.random.RandomState
    with accelc.hook(None) as outer:
        a = np.ones(3, F32) + 1
        with accelc.hook(None) as inner:
            b = np.ones(3, F32) + 2
            c, d = a * b, b * a
            a += b
            e = a * 1
            a[b > 0] = 7
        f = c + a
        made = np.zeros(2, F32) + 1
    for array, value in ((a, 7), (c, 6), (d, 6), (e, 5), (f, 13)):
        check(array, *[value] * 3)
    check(made, 1, 1)
    assert outer.report.hooked_calls.total() > 0
    assert inner.report.hooked_calls.total() > 0
    assert (np.array, np.random.RandomState) == before


def test_threads() -> None:
    """They share a session: what one executes are the instructions of all."""
    found: dict[int, Any] = {}

    def work(number: int) -> None:
        x = np.full((8, 8), number, F32)
        for step in range(40):
            y = x * 2
            y[1:] -= x[:-1]
            x = y * 0.5 + 1
            if step % 7 == 0:
                x.sort(axis=0)
        found[number] = np.asarray(x)

    with accelc.hook(None):
        threads = [Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for number, array in dict(found).items():
        work(number)
        np.testing.assert_array_equal(array, found[number])


def test_nothing_is_kept() -> None:
    """Neither arrays nor the session outlive their last use."""
    with accelc.hook(None) as session:
        x: Any = np.ones(5, F32)
        storages: list[Any] = [ref(x.storage)]
        for _ in range(3):
            x = x * 2
            storages.append(ref(x.storage))
        float(x[0])
        assert [storage() is not None for storage in storages] == [False, False, False, True]
    alive = ref(session.recorder)
    del x, session
    gc.collect()
    assert alive() is None


def test_who_calls_decides() -> None:
    """Makers give device arrays to the program's own calls, whatever it calls them."""

    def is_ours(array: Any) -> bool:
        return type(array) is DeviceArray

    with accelc.hook(None):
        from numpy import full

        maker, generator = np.ones, np.random.default_rng(0)
        draw = generator.normal
        assert all(map(is_ours, (np.zeros(3), full(2, 1.0), maker(3), np.array(*[[1.0]]), np.array(object=[1.0]))))
        assert all(map(is_ours, (draw(size=3), generator.random(2), np.random.rand(2))))
        # A library in C, and a name from before the hook.
        assert not is_ours(next(map(np.zeros, [3])))
        assert not is_ours(made_of_nothing(3))
