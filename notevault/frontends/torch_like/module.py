"""`nn.Module`: parameters by name, children by name, and the text that shows them; `nn.Sequential` and the lists."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from notevault.frontends.torch_like.dtypes import DType
from notevault.frontends.torch_like.tensor import Device, Tensor
from notevault.frontends.unsupported import UnsupportedError


class Parameter(Tensor):
    """A tensor that a module learns."""

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        super().__init__(np.zeros(0, np.float32) if data is None else data)
        self.array = np.array(self.array)
        self.requires_grad = requires_grad

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()

    __str__ = __repr__


class Module:
    """The base of every layer and network."""

    def __init__(self) -> None:
        self.__dict__.update(_parameters={}, _modules={}, _buffers={}, training=True)

    def __setattr__(self, name: str, value: Any) -> None:
        if "_modules" not in self.__dict__:
            if isinstance(value, Module):
                raise AttributeError("cannot assign module before Module.__init__() call")
            if isinstance(value, Parameter):
                raise AttributeError("cannot assign parameters before Module.__init__() call")
        for kind, table in ((Parameter, "_parameters"), (Module, "_modules")):
            if isinstance(value, kind):
                self.__dict__.pop(name, None)
                self.__dict__[table][name] = value
                return
        for table in ("_parameters", "_modules", "_buffers"):
            if name in self.__dict__.get(table, {}):
                self.__dict__[table][name] = value
                return
        self.__dict__[name] = value

    def __getattr__(self, name: str) -> Any:
        for table in ("_parameters", "_modules", "_buffers"):
            if name in self.__dict__.get(table, {}):
                return self.__dict__[table][name]
        if name in _MISSING:
            raise UnsupportedError(f"torch.nn.Module.{name}")
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name: str) -> None:
        for table in ("_parameters", "_modules", "_buffers"):
            if self.__dict__[table].pop(name, None) is not None:
                return
        del self.__dict__[name]

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        self._buffers[name] = tensor

    def register_parameter(self, name: str, parameter: Parameter | None) -> None:
        self._parameters[name] = parameter

    def add_module(self, name: str, module: Module) -> None:
        self._modules[name] = module

    register_module = add_module

    def forward(self, *arguments: Any, **options: Any) -> Any:
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self.forward(*arguments, **options)

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(f"{prefix}.{name}" if prefix else name)

    def modules(self) -> Iterator[Module]:
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        return iter(self._modules.items())

    def children(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def _named(self, table: str) -> Iterator[tuple[str, Tensor]]:
        seen: set[int] = set()
        for prefix, module in self.named_modules():
            for name, tensor in module.__dict__[table].items():
                if tensor is not None and id(tensor) not in seen:
                    seen.add(id(tensor))
                    yield (f"{prefix}.{name}" if prefix else name), tensor

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        return self._named("_parameters")

    def parameters(self, recurse: bool = True) -> Iterator[Tensor]:
        return (tensor for _, tensor in self.named_parameters())

    def named_buffers(self) -> Iterator[tuple[str, Tensor]]:
        return self._named("_buffers")

    def buffers(self) -> Iterator[Tensor]:
        return (tensor for _, tensor in self.named_buffers())

    def state_dict(self) -> OrderedDict[str, Tensor]:
        return OrderedDict((name, x.detach()) for name, x in (*self.named_parameters(), *self.named_buffers()))

    def load_state_dict(self, state: dict[str, Tensor], strict: bool = True) -> str:
        own = dict((*self.named_parameters(), *self.named_buffers()))
        for name, tensor in state.items():
            if name in own:
                own[name]._replace(np.array(tensor.array))
            elif strict:
                raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}: unexpected key {name!r}")
        return "<All keys matched successfully>"

    def zero_grad(self, set_to_none: bool = True) -> None:
        for parameter in self.parameters():
            parameter.grad = None

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def train(self, mode: bool = True) -> Module:
        for module in self.modules():
            module.__dict__["training"] = mode
        return self

    def eval(self) -> Module:
        return self.train(False)

    def apply(self, function: Callable[[Module], Any]) -> Module:
        for module in self.children():
            module.apply(function)
        function(self)
        return self

    def to(self, *arguments: Any, **options: Any) -> Module:
        for argument in (*arguments, *options.values()):
            if isinstance(argument, DType):
                for tensor in (*self.parameters(), *self.buffers()):
                    if tensor.is_floating_point():
                        tensor.array, tensor._node = tensor.array.astype(argument.numpy), None
            elif isinstance(argument, str | Device) and Device(argument).type != "cpu":
                raise UnsupportedError(f"torch.nn.Module.to({str(argument)!r})")
        return self

    def double(self) -> Module:
        from notevault.frontends.torch_like.dtypes import float64

        return self.to(float64)

    def float(self) -> Module:
        return self

    def cpu(self) -> Module:
        return self

    def cuda(self, *_: Any) -> Module:
        raise AssertionError("Torch not compiled with CUDA enabled")

    def extra_repr(self) -> str:
        return ""

    def __repr__(self) -> str:
        inner = [f"({name}): " + repr(module).replace("\n", "\n  ") for name, module in self._modules.items()]
        extra = self.extra_repr()
        if not inner:
            return f"{type(self).__name__}({extra})"
        return f"{type(self).__name__}(\n  " + "\n  ".join(inner) + "\n)"


_MISSING = frozenset(
    {"register_forward_hook", "register_backward_hook", "share_memory", "compile", "get_parameter", "half"}
)


class Sequential(Module):
    """Modules one after the other."""

    def __init__(self, *modules: Any) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], dict):
            for name, module in modules[0].items():
                self.add_module(name, module)
        else:
            for index, module in enumerate(modules):
                self.add_module(str(index), module)

    def forward(self, x: Any) -> Any:
        for module in self.children():
            x = module(x)
        return x

    def __getitem__(self, index: Any) -> Any:
        modules = list(self.children())
        return Sequential(*modules[index]) if isinstance(index, slice) else modules[index]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return self.children()

    def append(self, module: Module) -> Sequential:
        self.add_module(str(len(self)), module)
        return self


class ModuleList(Module):
    """A list of modules."""

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        super().__init__()
        for module in modules:
            self.append(module)

    def append(self, module: Module) -> ModuleList:
        self.add_module(str(len(self._modules)), module)
        return self

    def __getitem__(self, index: Any) -> Any:
        modules = list(self.children())
        return ModuleList(modules[index]) if isinstance(index, slice) else modules[index]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return self.children()


class ModuleDict(Module):
    """Modules by name."""

    def __init__(self, modules: dict[str, Module] | None = None) -> None:
        super().__init__()
        for name, module in (modules or {}).items():
            self.add_module(name, module)

    def __getitem__(self, name: str) -> Any:
        return self._modules[name]

    def keys(self) -> Any:
        return self._modules.keys()

    def items(self) -> Any:
        return self._modules.items()
