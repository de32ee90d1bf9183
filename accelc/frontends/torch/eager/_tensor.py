"""The tensor that a hooked program sees: behaves as `torch.Tensor`, and need not have elements yet."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from accelc.frontends.torch import library
from accelc.frontends.torch.eager.recorded import Memory
from accelc.frontends.torch.library import Operator, Tensor

if TYPE_CHECKING:
    from accelc.frontends.torch.eager.session import TorchSession

torch: Any = library.torch()
_modes: Any = import_module("torch.utils._python_dispatch")


class HookedTensor(torch.Tensor):
    """A tensor whose elements may still have to be computed."""

    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls: Any, session: "TorchSession", fake: Tensor, memory: Memory) -> Any:
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            fake.size(),
            strides=fake.stride(),
            storage_offset=fake.storage_offset(),
            dtype=fake.dtype,
            device=fake.device,
        )
        made.session, made.fake, made.memory = session, fake, memory
        memory.seen.add(made)
        return made

    @classmethod
    def __torch_dispatch__(cls, func: Operator, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """An operator on one of these, also when the hook is no longer active."""
        leaves = library.flat([args, kwargs])
        session: TorchSession = next(leaf.session for leaf in leaves if type(leaf) is HookedTensor)
        return session.dispatch(func, args, kwargs or {})

    def __hash__(self) -> int:
        return id(self)

    def __deepcopy__(self, memo: Any) -> Any:
        copied: Any = self.detach().clone().requires_grad_(self.requires_grad)
        memo[id(self)] = copied
        return copied

    def _outside(self, name: str, *arguments: Any, **options: Any) -> Any:
        """A method of the tensor with these elements, in the same memory, which no hook sees."""
        with _modes._disable_current_modes():
            return getattr(self.session.elements(self), name)(*arguments, **options)

    def numpy(self, *, force: bool = False) -> Any:
        """The elements as an array."""
        return self._outside("numpy", force=force)

    def tolist(self) -> Any:
        """The elements as nested lists."""
        return self._outside("tolist")

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return self._outside("__repr__")

    def __format__(self, specification: str) -> str:
        return self._outside("__format__", specification)

    def __array__(self, *arguments: Any) -> Any:
        return self._outside("__array__", *arguments)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._outside("clone").__reduce_ex__(protocol)
