"""Backward passes written by hand in numpy, right and wrong."""

from __future__ import annotations

from typing import Any

import pytest

NETWORK = """import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(8, 3)); Y = rng.normal(size=(8, 2))
W1 = rng.normal(size=(3, 4)); b1 = np.zeros((1, 4))
W2 = rng.normal(size=(4, 2)); b2 = np.zeros((1, 2))
for epoch in range(3):
    z1 = X @ W1 + b1
    a1 = np.tanh(z1)
    y_hat = a1 @ W2 + b2
    loss = np.mean((y_hat - Y) ** 2)
    print(f"{loss:.4f}")
    dy_hat = 2 * (y_hat - Y) / Y.size
    dW2 = a1.T @ dy_hat
    db2 = dy_hat.sum(axis=0, keepdims=True)
    dz1 = (dy_hat @ W2.T) * (1 - a1 ** 2)
    dW1 = X.T @ dz1
    db1 = dz1.sum(axis=0, keepdims=True)
    W1 -= 0.01 * dW1; W2 -= 0.01 * dW2
    b1 -= 0.01 * db1; b2 -= 0.01 * db2
"""

LINE = """import numpy as np
x = np.array([1.0, 2.0, 3.0]); y = np.array([2.0, 4.0, 6.5])
w, b = 0.5, 0.1
y_pred = w * x + b
loss = ((y_pred - y) ** 2).mean()
dw = 2 * np.mean(x * (y_pred - y))
db = 2 * np.mean(y_pred - y)
"""

LOGISTIC = """import numpy as np
rng = np.random.default_rng(1)
X = rng.normal(size=(2, 5)); Y = (rng.random((1, 5)) > 0.5).astype(float); m = 5
W = rng.normal(size=(1, 2)); b = 0.0
A = 1 / (1 + np.exp(-(W @ X + b)))
cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
dZ = A - Y
dW = dZ @ X.T / m
db = np.sum(dZ) / m
"""


MASKED = """import numpy as np
rng = np.random.default_rng(2)
points = rng.normal(size=(12, 2)); classes = np.repeat(np.arange(3), 4); count = len(classes)
W1 = rng.normal(size=(2, 5)); b1 = np.zeros(5); W2 = rng.normal(size=(5, 3))
for step in range(2):
    hidden = np.maximum(points.dot(W1) + b1, 0)
    odds = np.exp(hidden.dot(W2))
    probs = odds / odds.sum(axis=1, keepdims=True)
    loss = -np.log(probs[range(count), classes]).mean() + 0.5 * 0.01 * np.sum(W2 * W2)
    dscores = probs
    dscores[range(count), classes] -= 1
    dscores /= count
    dW2 = hidden.T.dot(dscores)
    dW2 += 0.01 * W2
    dhidden = dscores.dot(W2.T)
    dhidden[hidden <= 0] = 0
    dW1 = points.T.dot(dhidden)
    db1 = dhidden.sum(axis=0)
    W1 += -0.1 * dW1
    b1 += -0.1 * db1
    W2 += -0.1 * dW2
"""

SUMMED = """import numpy as np
x = np.array([1.0, 2.0, 3.0]); y = np.array([2.0, 4.0, 7.0]); w = 0.3; b = 0.1
cost = 0
for i in range(3):
    cost += (w * x[i] + b - y[i]) ** 2
cost = cost / 6
dj_dw = 0; dj_db = 0
for i in range(3):
    error_i = w * x[i] + b - y[i]
    dj_dw += error_i * x[i]
    dj_db += error_i
dj_dw /= 3
dj_db /= 3
"""

BALANCED = """import numpy as np
X = np.array([[0.5, 1.5], [1.0, 1.0], [2.0, 2.0], [1.0, 2.5]]); y = np.array([0, 0, 1, 1])
w = np.zeros(2); b = 0.0
f = 1 / (1 + np.exp(-(X @ w + b)))
cost = -np.mean(y * np.log(f) + (1 - y) * np.log(1 - f))
dj_dw = X.T @ (f - y) / 4
dj_db = np.mean(f - y)
"""


@pytest.mark.parametrize(("source", "names"), [(MASKED, "dW2 dW1 db1"), (SUMMED, "dj_dw dj_db"), (BALANCED, "dj_dw")])
def test_masks_loops_and_zero_gradients_raise_no_alarm(session: Any, source: str, names: str) -> None:
    findings, _ = session(source)
    verified = {f.text.split(" ")[0] for f in findings if str(f.verdict.outcome) == "verified"}
    assert verified >= set(names.split())
    assert [f for f in findings if str(f.verdict.outcome) == "refuted"] == []


def test_a_forgotten_mask_is_named(session: Any) -> None:
    findings, _ = session(MASKED.replace("    dhidden[hidden <= 0] = 0\n", ""))
    refuted = {f.text.split(" ")[0]: f.verdict.diagnosis for f in findings if str(f.verdict.outcome) == "refuted"}
    assert refuted == {"dW1": "missing chain factor", "db1": "missing chain factor"}


@pytest.mark.parametrize(
    ("source", "names"), [(NETWORK, "dy_hat dW2 db2 dz1 dW1 db1"), (LINE, "dw db"), (LOGISTIC, "dW db")]
)
def test_a_right_backward_pass_is_verified(session: Any, source: str, names: str) -> None:
    findings, _ = session(source)
    assert [f.text.split(" ")[0] for f in findings] == names.split()
    assert {str(f.verdict.outcome) for f in findings} == {"verified"}
    assert {str(f.verdict.confidence) for f in findings} == {"numeric"}


WRONG = [
    (NETWORK, "* (1 - a1 ** 2)", "", 15, "missing chain factor"),
    (NETWORK, "1 - a1 ** 2", "1 - a1", 15, "wrong local derivative"),
    (NETWORK, " / Y.size", "", 12, "sum for mean"),
    (NETWORK, "2 * (y_hat - Y)", "2 * (Y - y_hat)", 12, "sign"),
    (LINE, "2 * np.mean(x", "np.mean(x", 6, "factor"),
    (LINE, "2 * np.mean(x * (y_pred - y))", "2 * np.sum(x * (y_pred - y))", 6, "sum for mean"),
    (LINE, "np.mean(x * (y_pred - y))", "np.mean(y_pred - y)", 6, "missing chain factor"),
    (LINE, "x * (y_pred - y)", "x * (y - y_pred)", 6, "sign"),
    (LOGISTIC, "dZ @ X.T / m", "(dZ @ X.T / m).T", 8, "transposed"),
]


@pytest.mark.parametrize(("source", "before", "after", "line", "kind"), WRONG)
def test_the_wrong_line_is_named_with_what_is_wrong(
    session: Any, source: str, before: str, after: str, line: int, kind: str
) -> None:
    assert before in source
    findings, _ = session(source.replace(before, after))
    refuted = [f for f in findings if str(f.verdict.outcome) == "refuted"]
    assert [(f.line, f.verdict.diagnosis) for f in refuted] == [(line, kind)]
    shown = refuted[0].verdict.evidence["counterexample"]
    assert shown["claimed"] != shown["computed"]


def test_lines_that_only_follow_from_a_wrong_one_are_not_accused(session: Any) -> None:
    findings, _ = session(NETWORK.replace("* (1 - a1 ** 2)", ""))
    following = {f.text.split(" ")[0]: f.verdict for f in findings if str(f.verdict.outcome) == "inconclusive"}
    assert set(following) == {"dW1", "db1"}
    assert following["dW1"].reason == "right for the wrong dz1 of line 15 from which it is computed"


SILENT = {
    "the negative gradient that is added": LINE.replace("y_pred - y)", "y - y_pred)").replace(
        "** 2).mean", "** 2).mean"
    )
    + "w += 0.1 * dw\nb += 0.1 * db\n",
    "no loss": LINE.replace("loss =", "quality ="),
    "two losses": LINE + "cost = 3.0\n",
    "a loss that is not computed from the parameters": LINE.replace("loss = ((y_pred - y) ** 2).mean()", "loss = 1.0"),
    "weight decay left out of the loss": NETWORK.replace("dW1 = X.T @ dz1", "dW1 = X.T @ dz1 + 0.1 * W1"),
}


@pytest.mark.parametrize("source", SILENT.values(), ids=SILENT.keys())
def test_what_is_not_beyond_doubt_is_not_accused(session: Any, source: str) -> None:
    findings, _ = session(source)
    assert [f for f in findings if str(f.verdict.outcome) == "refuted"] == []


def test_running_again_changes_nothing_for_the_blocks_below(session: Any) -> None:
    random_block = "import numpy as np\nnp.random.seed(3)\nw = np.random.randn(2)\nloss = (w * w).sum()\ndw = 2 * w\n"
    findings, printed = session(random_block, "print(np.random.rand())\nprint(type(w).__name__, loss.round(3))")
    assert [str(f.verdict.outcome) for f in findings] == ["verified"]
    import numpy as np

    np.random.seed(3)
    expected = np.random.randn(2)
    assert printed.splitlines()[0] == str(np.random.rand())
    assert printed.splitlines()[1] == f"ndarray {(expected**2).sum().round(3)}"


def test_parameters_of_an_earlier_block_are_found(session: Any) -> None:
    setup = "import numpy as np\nw = np.array([1.0, -2.0])\nx = np.array([3.0, 0.5])\n"
    findings, _ = session(setup, "loss = (w @ x - 1.0) ** 2\ngrad_w = 2 * (w @ x - 1.0) * x\nw -= 0.1 * grad_w\n")
    assert [str(f.verdict.outcome) for f in findings] == ["verified"]


@pytest.mark.parametrize("taken", ["ds -= Y", "ds[range(4), t] -= 1", ""])
def test_probabilities_without_their_targets_are_no_gradient_behind_softmax(session: Any, taken: str) -> None:
    source = f"""import numpy as np
rng = np.random.default_rng(0)
X, W, t = rng.normal(size=(4, 3)), rng.normal(size=(3, 3)), np.array([0, 1, 2, 0])
Y = np.eye(3)[t]
scores = X @ W
e = np.exp(scores - scores.max(axis=1, keepdims=True))
probs = e / e.sum(axis=1, keepdims=True)
loss = -np.mean(np.log(probs[range(4), t]))
ds = probs.copy()
{taken}
ds /= 4
dW = X.T @ ds
"""
    findings, _ = session(source)
    refuted = [f for f in findings if str(f.verdict.outcome) == "refuted"]
    assert len(refuted) == (taken == "")
    assert all(f.verdict.reason.startswith("the targets are not subtracted") for f in refuted)


SIGMOID = "def sigmoid(x):\n    return 1 / (1 + np.exp(-x))\n"
ACTIVATIONS = [
    (SIGMOID, "sigmoid_derivative(x)", "sigmoid(x) * (1 - sigmoid(x))", "verified"),
    (SIGMOID, "sigmoid_derivative(a)", "a * (1 - a)", "verified"),
    (SIGMOID, "d_sigmoid(x)", "sigmoid(x) * (1 + sigmoid(x))", "refuted"),
    (SIGMOID, "sigmoid_prime(a)", "a * (1 + a)", "refuted"),
    ("def tanh(x):\n    return np.tanh(x)\n", "tanh_derivative(x)", "1 - np.tanh(x) ** 2", "verified"),
    ("def tanh(x):\n    return np.tanh(x)\n", "tanh_derivative(x)", "1 - np.tanh(x)", "refuted"),
    ("def relu(x):\n    return np.maximum(0, x)\n", "relu_derivative(x)", "np.where(x > 0, 1, 0)", "verified"),
    ("def relu(x):\n    return np.maximum(0, x)\n", "relu_derivative(x)", "(x > 0).astype(float)", "verified"),
    ("def relu(x):\n    return np.maximum(0, x)\n", "relu_derivative(x)", "np.where(x >= 0, 0, 1)", "refuted"),
    (SIGMOID, "sigmoid_derivative(x)", "(sigmoid(x + 1e-3) - sigmoid(x)) / 1e-3", "inconclusive"),
    (SIGMOID, "sigmoid_derivative(dout)", "dout * 2", None),  # an upstream gradient
    (SIGMOID, "sigmoid_derivative(x)", "(sigmoid(x + 0.5) - sigmoid(x)) / 0.5", "inconclusive"),
    (SIGMOID, "sigmoid_derivative(x)", "unknown(x)", None),
    ("def spike(x):\n    return np.heaviside(x, 0)\n", "spike_derivative(x)", "1 / (1 + np.abs(x)) ** 2", None),
    ("def next(x):\n    return x + 1\n", "next_prime(x)", "x + 2 + x % 2", None),
    ("def softmax(x):\n    return np.exp(x) / np.exp(x).sum()\n", "softmax_derivative(x)", "x * (1 - x)", None),
]  # fmt: skip


@pytest.mark.parametrize(("function", "name", "derivative", "expected"), ACTIVATIONS)
def test_the_derivative_of_an_activation_is_taken_of_its_argument_or_of_its_value(
    session: Any, function: str, name: str, derivative: str, expected: str | None
) -> None:
    findings, _ = session(f"import numpy as np\n{function}def {name}:\n    return {derivative}\n")
    assert [str(f.verdict.outcome) for f in findings] == ([] if expected is None else [expected])


PAIRS = [
    ("mse(y, p)", "np.mean((y - p) ** 2)", "mse_prime(y, p)", "2 * (p - y) / y.size", "verified"),
    ("mse(y, p)", "np.mean((y - p) ** 2)", "mse_prime(y, p)", "2 * (y - p) / y.size", "refuted"),
    ("mse(y_true, p)", "np.mean((y_true - p) ** 2)", "mse_prime(y_true, p)", "2 * (y_true - p) / p.size", "refuted"),
    ("mse(p, y)", "np.mean((y - p) ** 2)", "mse_prime(p, y)", "2 * (p - y) / y.size", "verified"),
    ("loss(t, y)", "np.sum((y - t) ** 2)", "loss_grad(t, y)", "2 * (y - t)", "verified"),
    ("loss(t, y)", "np.sum((y - t) ** 2)", "loss_grad(t, y)", "2 * (t - y)", "refuted"),
    ("loss(labels, q)", "-np.sum(labels * np.log(q)) / 2", "loss_grad(labels, q)", "(q - labels) / 2", "inconclusive"),
    ("loss(labels, q)", "-np.sum(labels * np.log(q)) / 2", "loss_grad(labels, q)", "q - labels", "inconclusive"),
    ("loss(labels, q)", "-np.sum(labels * np.log(q)) / 2", "loss_grad(labels, q)", "labels / q / 2", "refuted"),
    ("loss(x, y, w)", "np.mean((w * x - y) ** 2)", "dloss(x, y, w)", "np.mean(2 * x * (w * x - y))", "verified"),
    ("loss(w, h)", "w * h", "loss_grad(w, h)", "h, w", "verified"),
    ("loss(w, h)", "w * h", "loss_grad(w, h)", "w, h", "refuted"),
    ("loss(w)", "np.mean((x * w - y) ** 2)", "grad(w, i)", "2 * x[i] * (x[i] * w - y[i])", None),
    ("loss(w)", "np.mean((x * w - y) ** 2)", "grad(w, h)", "(loss(w + h) - loss(w)) / h", None),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "value", "gradient", "derivative", "expected"), PAIRS)
def test_a_gradient_function_is_by_what_the_model_gives_and_not_by_the_targets(
    session: Any, loss: str, value: str, gradient: str, derivative: str, expected: str | None
) -> None:
    given = "x = y = y_true = t = np.array([1.0, 2.0]); p = np.array([0.5, 2.5]); w, h, i = 1.5, 0.5, 1\n"
    given += "labels = np.array([[1.0, 0.0], [0.0, 1.0]]); q = np.array([[0.7, 0.3], [0.4, 0.6]])\n"
    if "t, y" in loss:
        given += "y = np.array([0.7, 0.4])\n"
    source = f"import numpy as np\n{given}def {loss}:\n    return {value}\ndef {gradient}:\n    return {derivative}\n"
    findings, _ = session(source + f"print({gradient})\n")
    assert [str(f.verdict.outcome) for f in findings] == ([] if expected is None else [expected])
