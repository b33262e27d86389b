"""`nn.Module`: parameters by name, children by name, and the text that shows them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from notevault.frontends.imitation import Answering
from notevault.frontends.torch_like.dtypes import DType, float16, float32, float64
from notevault.frontends.torch_like.places import Device
from notevault.frontends.torch_like.recording.backward import Handle
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError


class Parameter(Tensor):
    """A tensor that a module learns."""

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        super().__init__(np.zeros(0, np.float32) if data is None else data)
        self.requires_grad = requires_grad

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()

    __str__ = __repr__


class Module(metaclass=Answering):
    """The base of every layer and network."""

    def __init__(self) -> None:
        self.__dict__.update(
            _parameters={}, _modules={}, _buffers={}, _not_saved=set(), _before=OrderedDict(), _after=OrderedDict(),
            training=True,
        )  # fmt: skip

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
        if name in self.__dict__.get("_parameters", {}) and value is not None:
            raise TypeError(
                f"cannot assign '{_type_name(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)"
            )
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
        if not persistent:
            self._not_saved.add(name)

    def register_parameter(self, name: str, parameter: Parameter | None) -> None:
        self._parameters[name] = parameter

    def add_module(self, name: str, module: Module) -> None:
        self._modules[name] = module

    register_module = add_module

    def forward(self, *arguments: Any, **options: Any) -> Any:
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        for before in list(self._before.values()):
            changed = before(self, arguments)
            if changed is not None:
                arguments = changed if isinstance(changed, tuple) else (changed,)
        result = self.forward(*arguments, **options)
        for after in list(self._after.values()):
            changed = after(self, arguments, result)
            result = result if changed is None else changed
        return result

    def register_forward_hook(self, hook: Callable[..., Any]) -> Handle:
        return Handle(self._after, hook)

    def register_forward_pre_hook(self, hook: Callable[..., Any]) -> Handle:
        return Handle(self._before, hook)

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

    def _named(self, table: str, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        seen: set[int] = set()
        for path, module in self.named_modules(prefix) if recurse else [(prefix, self)]:
            for name, tensor in module.__dict__[table].items():
                if tensor is not None and id(tensor) not in seen:
                    seen.add(id(tensor))
                    yield (f"{path}.{name}" if path else name), tensor

    def named_parameters(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        return self._named("_parameters", prefix, recurse)

    def parameters(self, recurse: bool = True) -> Iterator[Tensor]:
        return (tensor for _, tensor in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        return self._named("_buffers", prefix, recurse)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        return (tensor for _, tensor in self.named_buffers(recurse=recurse))

    def get_parameter(self, target: str) -> Tensor:
        return dict(self.named_parameters())[target]

    def get_submodule(self, target: str) -> Module:
        return dict(self.named_modules())[target]

    def _saved(self) -> OrderedDict[str, Tensor]:
        """Parameters and then buffers, module by module, as `state_dict` orders them."""
        found: OrderedDict[str, Tensor] = OrderedDict()
        for path, module in self.named_modules():
            for name, tensor in (*module._parameters.items(), *module._buffers.items()):
                if tensor is not None and name not in module._not_saved:
                    found[f"{path}.{name}" if path else name] = tensor
        return found

    def state_dict(self) -> OrderedDict[str, Tensor]:
        return OrderedDict((name, x.detach()) for name, x in self._saved().items())

    def load_state_dict(self, state_dict: Mapping[str, Tensor], strict: bool = True) -> Any:
        own = self._saved()
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        errors = []
        if strict and unexpected:
            errors.append(f"Unexpected key(s) in state_dict: {_quoted(unexpected)}. ")
        if strict and missing:
            errors.append(f"Missing key(s) in state_dict: {_quoted(missing)}. ")
        for name, tensor in state_dict.items():
            if name in own and own[name].array.shape != tensor.array.shape:
                errors.append(
                    f"size mismatch for {name}: copying a param with shape {tensor.shape} from checkpoint, the shape "
                    f"in current model is {own[name].shape}."
                )
            elif name in own:
                own[name].write(tensor.array)
        if errors:
            listed = "\n\t".join(errors)
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{listed}")
        return Keys(missing, unexpected)

    def zero_grad(self, set_to_none: bool = True) -> None:
        for parameter in self.parameters():
            if set_to_none or parameter.grad is None:
                parameter.grad = None
            else:
                parameter.grad.write(0)

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
        return self.to(float64)

    def half(self) -> Module:
        return self.to(float16)

    def float(self) -> Module:
        return self.to(float32)

    def type(self, dtype: DType) -> Module:
        return self.to(dtype)

    def cpu(self) -> Module:
        return self

    def cuda(self, *_: Any) -> Module:
        raise AssertionError("Torch not compiled with CUDA enabled")

    def extra_repr(self) -> str:
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def _inner(self) -> list[str]:
        return [f"({name}): " + repr(module).replace("\n", "\n  ") for name, module in self._modules.items()]

    def __repr__(self) -> str:
        extra, inner = self.extra_repr(), self._inner()
        if not inner and "\n" not in extra:
            return f"{self._get_name()}({extra})"
        lines = [*filter(None, extra.split("\n")), *inner]
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"


_MISSING = frozenset(
    {"register_backward_hook", "register_full_backward_hook", "share_memory", "compile", "to_empty", "bfloat16"}
)


class Keys(NamedTuple):
    """What `load_state_dict` gives."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _type_name(value: Any) -> str:
    name = type(value).__name__
    return {"Tensor": "torch.FloatTensor"}.get(name, name)
