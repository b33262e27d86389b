"""The engine against its peers: scripts/bench engine [WORKLOAD…]. One thread, process-CPU clock, interleaved medians.

Ratios above 1 in the column "peer / ours" say how many times faster we are. The targets are those the project set for
itself; a ratio that misses its target is marked.
"""

from __future__ import annotations

import gc
import platform
import sys
from collections.abc import Callable, Mapping

import experts
import networks
import numpy as np
import scalars
from measure import Step, medians

import notevault.autodiff

Target = tuple[str, str, str, float]
"""Numerator, denominator, "at most" or "at least", the number."""


def network(sizes: tuple[int, ...], batch: int, classes: bool) -> Mapping[str, Step]:
    """One training step in every system."""
    w = networks.Workload(sizes, batch, classes)
    by_hand = experts.classifier if classes else experts.regression
    steps: dict[str, Step] = {
        "expert": by_hand(w),
        "expert with our tricks": by_hand(w, tricks=True),
        "compiled": networks.compiled(w),
        "eager": networks.eager(w),
        "torch": networks.torch_eager(w),
        "autograd": networks.autograd(w),
        "jax": networks.jax_jit(w),
    }
    check_same(steps)
    return steps | {"products alone": experts.products(w)} if classes else steps


def check_same(steps: Mapping[str, Step]) -> None:
    """The first three losses of every system agree: the same work is being timed."""
    losses = {name: [float(step()) for _ in range(3)] for name, step in steps.items()}
    first = next(iter(losses.values()))
    for name, values in losses.items():
        np.testing.assert_allclose(values, first, rtol=2e-4, err_msg=name)


NETWORK_TARGETS = {
    "mlp-64": [("compiled", "expert", "at most", 1.05), ("torch", "compiled", "at least", 1.5)],
    "mlp-512": [("compiled", "expert", "at most", 1.02), ("torch", "compiled", "at least", 2.0)],
    "small": [("compiled", "expert", "at most", 0.75), ("torch", "compiled", "at least", 4.5)],
}
AUTOGRAD = ("autograd", "eager", "at least", 2.5)

WORKLOADS: Mapping[str, tuple[Callable[[], Mapping[str, Step]], list[Target]]] = {
    "mlp-64": (lambda: network((784, 128, 64, 10), 64, True), [*NETWORK_TARGETS["mlp-64"], AUTOGRAD]),
    "mlp-512": (lambda: network((784, 128, 64, 10), 512, True), [*NETWORK_TARGETS["mlp-512"], AUTOGRAD]),
    "small": (lambda: network((2, 16, 16, 1), 100, False), [*NETWORK_TARGETS["small"], AUTOGRAD]),
    "moons": (
        scalars.moons,
        [
            ("micrograd, collector off", "compiled", "at least", 67),
            ("micrograd, as shipped", "compiled", "at least", 800),
        ],
    ),
    "chain": (
        scalars.chain,
        [("micrograd, collector off", "eager", "at least", 8), ("straight-line", "hand loop", "at most", 1.5)],
    ),
    "curve": (
        scalars.curve,
        [("micrograd, collector off", "eager", "at least", 8), ("straight-line", "hand loop", "at most", 1.5)],
    ),
    "hessian": (scalars.rosenbrock, [("torch.func", "ours", "at least", 100), ("jax jit", "ours", "at least", 3)]),
}


def report(name: str, times: Mapping[str, float], targets: list[Target]) -> None:
    """Print the medians of one workload and its ratios."""
    print(f"\n{name}")
    for system, microseconds in times.items():
        print(f"  {system:28s} {microseconds:14,.1f} us")
    if "expert with our tricks" in times:
        print(f"  compiled / expert with our tricks: {times['compiled'] / times['expert with our tricks']:.2f}")
    if "products alone" in times:
        for peer in ("torch", "autograd"):
            print(f"  {peer} / products alone: {times[peer] / times['products alone']:.2f}  (the bound for any numpy)")
    for above, below, kind, bound in targets:
        ratio = times[above] / times[below]
        met = ratio <= bound if kind == "at most" else ratio >= bound
        print(f"  {above} / {below}: {ratio:.2f}  (target {kind} {bound:g}){'' if met else '  MISSED'}")


def main(names: list[str]) -> int:
    """Run the named workloads, or all."""
    unknown = [name for name in names if name not in WORKLOADS]
    if unknown:
        print(f"no workload {', '.join(unknown)}; there are {', '.join(WORKLOADS)}", file=sys.stderr)
        return 2
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}")
    print(f"engine: {len(notevault.autodiff.PRIMITIVES)} primitives; one thread, process-CPU clock, medians of rounds")
    for name in names or WORKLOADS:
        make, targets = WORKLOADS[name]
        steps = make()
        report(name, medians(steps), targets)
        del steps
        gc.collect()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
