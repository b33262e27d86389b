"""The pieces of random programs: {a} and {b} are tensors."""

from __future__ import annotations

import random

SHAPES: tuple[tuple[int, ...], ...] = ((), (3,), (4,), (2, 3), (3, 2), (2, 2), (1, 3), (3, 1), (2, 2, 3))


def literal(choose: random.Random, shape: tuple[int, ...], whole: bool) -> str:
    """Nested lists of numbers."""
    if not shape:
        return str(choose.randint(-3, 4) if whole else round(choose.uniform(-2, 2), choose.choice([1, 2, 2, 4])))
    return "[" + ", ".join(literal(choose, shape[1:], whole) for _ in range(shape[0])) + "]"


def literal_tensor(choose: random.Random, shape: tuple[int, ...] | None = None) -> str:
    """A tensor written out: whole numbers, or floats of which half require grad."""
    shape = choose.choice(SHAPES) if shape is None else shape
    whole = choose.random() < 0.25
    dtype = "" if whole else choose.choice(["", ", dtype=torch.float64", ""])
    grad = ", requires_grad=True" if not whole and choose.random() < 0.5 else ""
    return f"torch.tensor({literal(choose, shape, whole)}{dtype}{grad})"


UNARY = (
    "{a}.sum()", "{a}.mean()", "{a}.sum(0)", "{a}.mean(-1)", "{a}.max()", "{a}.min()", "{a}.max(-1)[0]", "{a}.max(0)",
    "{a}.argmax()", "{a}.argmax(0)", "{a}.argmin(-1)", "{a}.T", "{a}.t()", "{a}.view(-1)", "{a}.reshape(-1, 1)",
    "{a}.flatten()", "{a}.unsqueeze(0)", "{a}.squeeze()", "torch.exp({a})", "torch.tanh({a})", "torch.sigmoid({a})",
    "torch.relu({a})", "{a} ** 2", "{a} ** 3", "{a} ** 0.5", "{a} ** 2.0", "{a} ** -1", "2 ** {a}", "2.5 ** {a}",
    "-{a}", "+{a}", "{a}.abs()", "torch.sqrt({a}.abs() + 1)", "torch.log({a}.abs() + 1)", "torch.log({a})",
    "torch.sqrt({a})", "F.softmax({a}.float(), dim=-1)", "F.log_softmax({a}.float(), dim=0)",
    "torch.softmax({a}, dim=0)", "{a}.std()", "{a}.var()", "{a}.var(unbiased=False)", "{a}.std(0)", "{a}.norm()",
    "{a}.norm(p=1)", "{a}.norm(dim=-1, keepdim=True)", "{a}.cumsum(0)", "{a}.cumprod(0)", "{a}.clamp(-0.5, 0.5)",
    "{a}.clamp(min=0)", "{a}.clamp(max=1)", "torch.where({a} > 0, {a}, torch.zeros_like({a}))",
    "torch.where({a} > 0, {a}, 0.0)", "torch.where({a} > 0, 1, 0)", "{a}.float()", "{a}.double()", "{a}.int()",
    "{a}.long()", "{a}.bool()", "{a}.half()", "{a}[0]", "{a}[-1]", "{a}[..., 0]", "{a}[:, 1]", "{a}[1:]", "{a}[::2]",
    "{a}[:, ::2]", "{a}[[0, 1]]", "{a}[torch.tensor([1, 0, 1])]", "{a}[None]", "{a}[:, None]", "{a}[..., -1:]",
    "{a}[0, 1]", "{a}[{a} > 0]", "{a}[torch.arange(2), [0, 1]]", "{a}[:, [1, 0]]", "{a}.sort()[0]", "{a}.sort()",
    "{a}.sort(descending=True)[1]", "{a}.argsort()", "torch.topk({a}.flatten(), 2)", "{a}.topk(1)", "{a}.prod()",
    "{a}.prod(0)", "{a}.item()", "{a}.tolist()", "{a}.shape", "{a}.size()", "{a}.size(0)", "{a}.dim()",
    "{a}.numel()", "{a}.dtype", "{a}.requires_grad", "{a}.detach()", "{a}.clone()", "{a} / 3", "{a} // 2", "{a} % 2",
    "{a} * 2", "{a} * 0.5", "{a} + 1", "1 - {a}", "1 / ({a} + 10)", "1 / {a}", "5 % {a}", "{a} * True",
    "torch.ones_like({a})", "torch.full_like({a}, 3)", "torch.flip({a}, [0])", "torch.roll({a}, 1)",
    "{a}.repeat(2, 1)", "{a}.repeat(2)", "{a}.expand(2, *{a}.shape)", "{a}.expand(3, -1)", "{a}.permute(1, 0)",
    "{a}.transpose(0, 1)", "{a}.transpose(0, -1)", "torch.diag({a})", "torch.tril({a})", "torch.triu({a}, 1)",
    "torch.trace({a})", "F.gelu({a})", "F.leaky_relu({a})", "F.elu({a})", "F.softplus({a})", "F.silu({a})",
    "F.relu6({a})", "F.logsigmoid({a})", "F.normalize({a}, dim=0)", "torch.round({a})", "torch.floor({a})",
    "torch.ceil({a})", "torch.trunc({a})", "torch.frac({a})", "torch.sign({a})", "{a}.any()", "{a}.all()",
    "({a} > 0).sum()", "({a} > 0).float().mean()", "({a} > 0) & ({a} < 1)", "~({a} > 0)", "{a}.median()",
    "{a}.unique()", "torch.isnan({a})", "{a}.chunk(2)", "{a}.split(1)", "{a}.unbind()", "torch.nan_to_num({a})",
    "{a}.mean(dim=0, keepdim=True)", "{a}.sum(dim=(0, 1))", "{a}.sum(-1, keepdim=True)", "{a}.logsumexp(0)",
    "torch.linalg.norm({a})", "torch.det({a})", "torch.inverse({a})", "{a}.numpy()", "{a}.detach().numpy()",
    "{a}.is_leaf", "{a}.grad_fn is None", "len({a})", "F.one_hot({a}.abs().long())", "{a}.nonzero()",
    "torch.count_nonzero({a})", "{a}.masked_fill({a} > 0, -1)", "{a}.masked_fill({a} > 0, float('-inf'))",
    "torch.erf({a})", "{a}.square()", "{a}.rsqrt()", "{a}.reciprocal()", "F.dropout({a}, 0.5, training=False)",
    "{a}.amax(0)", "{a}.amin(-1)", "torch.std_mean({a})", "torch.var_mean({a})", "{a}.type(torch.float64)",
    "{a}.to(torch.float32)", "{a}.new_zeros(2)", "{a}.add(1)", "{a}.mul(2).sub(1)", "{a}.pow(2)", "{a}.neg()",
    "{a}.diagonal()", "{a}.ravel()", "{a}.T.contiguous().view(-1)", "{a}.T.reshape(-1)", "{a}.cos()", "{a}.sin()",
    "torch.atan({a})", "torch.asin({a})", "torch.log1p({a}.abs())", "torch.expm1({a})",
    "F.layer_norm({a}, {a}.shape[-1:])",
    "F.hardtanh({a})", "nn.Flatten()({a})", "nn.Softmax(dim=-1)({a})", "nn.ReLU()({a})", "nn.Identity()({a})",
    "nn.Sigmoid()({a})", "nn.Tanh()({a})", "nn.LayerNorm({a}.shape[-1])({a})", "nn.BatchNorm1d(3)({a})",
    "{a}.is_contiguous()", "{a}.stride()", "{a}.mean().item()", "f'{{{a}.sum():.3f}}'", "{a}.detach().requires_grad_()",
    "torch.linspace(0, 1, 3) * {a}", "torch.arange(3) + {a}", "torch.ones(3) * {a}", "torch.eye(2) @ {a}",
    "torch.zeros(2, 3) + {a}", "sum({a})", "max({a})", "abs({a})", "torch.cumsum({a}, dim=-1)", "torch.diff({a})",
    "torch.meshgrid({a}, {a}, indexing='ij')", "torch.squeeze({a}, 0)", "{a}.nansum()", "torch.quantile({a}, 0.5)",
    "torch.bincount({a})", "torch.histc({a}, bins=3)", "{a}.logical_not()", "{a}.var(0, unbiased=False)",
)  # fmt: skip

BINARY = (
    "{a} + {b}", "{a} - {b}", "{a} * {b}", "{a} / {b}", "{a} @ {b}", "torch.matmul({a}, {b})", "torch.mm({a}, {b})",
    "torch.dot({a}, {b})", "torch.maximum({a}, {b})", "torch.max({a}, {b})", "torch.minimum({a}, {b})",
    "torch.cat([{a}, {b}])", "torch.cat([{a}, {b}], dim=1)", "torch.cat(({a}, {b}), -1)", "torch.stack([{a}, {b}])",
    "torch.stack([{a}, {b}], dim=-1)", "torch.outer({a}, {b})", "{a} == {b}", "{a} != {b}", "{a} > {b}", "{a} <= {b}",
    "torch.equal({a}, {b})", "torch.allclose({a}, {b})", "F.mse_loss({a}, {b})", "F.l1_loss({a}, {b})",
    "F.smooth_l1_loss({a}, {b})", "F.binary_cross_entropy_with_logits({a}, {b})",
    "F.binary_cross_entropy(torch.sigmoid({a}), torch.sigmoid({b}))", "{a}.T @ {b}", "{a} @ {b}.T",
    "torch.einsum('ij,jk->ik', {a}, {b})", "torch.einsum('i,i->', {a}, {b})", "torch.einsum('ij,ij->i', {a}, {b})",
    "torch.einsum('i,j->ij', {a}, {b})", "{a} ** {b}", "torch.pow({a}, {b})", "{a}.add({b}, alpha=2)",
    "torch.lerp({a}, {b}, 0.5)", "F.cosine_similarity({a}, {b}, dim=0)", "torch.dist({a}, {b})",
    "torch.atan2({a}, {b})", "torch.bmm({a}.unsqueeze(0), {b}.unsqueeze(0))", "{a}.expand_as({b})",
    "{a}.view_as({b})", "{a} % {b}", "{a} // {b}", "torch.where({a} > {b}, {a}, {b})", "torch.cdist({a}, {b})",
    "F.linear({a}, {b})", "F.linear({a}, {b}, {b}[:, 0])", "F.kl_div(F.log_softmax({a}, -1), F.softmax(2 * {b}, -1))",
    "F.cross_entropy({a}, {b}.abs().long().flatten())", "F.cross_entropy({a}, F.softmax({b}, -1))",
    "F.nll_loss(F.log_softmax({a}, -1), {b}.abs().long().flatten())", "F.huber_loss({a}, {b})",
    "torch.mv({a}, {b})", "torch.addmm({a}, {b}, {b})", "{a}.gather(0, {b}.abs().long())",
    "{a}.gather(-1, {b}.abs().long().clamp(max=1))", "torch.logaddexp({a}, {b})", "torch.hypot({a}, {b})",
    "torch.fmod({a}, {b})", "torch.remainder({a}, {b})", "torch.kron({a}, {b})",
    "torch.tensordot({a}, {b}, dims=1)", "{a}.index_select(0, {b}.abs().long().flatten())",
    "{a}[{b}.abs().long()]", "torch.isclose({a}, {b})", "torch.vstack([{a}, {b}])", "torch.hstack([{a}, {b}])",
    "torch.linalg.solve({a}, {b})", "nn.MSELoss()({a}, {b})", "nn.MSELoss(reduction='sum')({a}, {b})",
    "nn.L1Loss(reduction='none')({a}, {b})", "torch.inner({a}, {b})", "torch.addcmul({a}, {b}, {b})",
    "torch.logical_and({a} > 0, {b} > 0)", "{a}[{b} > 0]", "{a} + {b}.detach()", "{a} * {b}.item()",
    "{a} + {b}.numpy()", "torch.add({a}, {b})", "torch.sub({a}, {b}, alpha=3)",
    "torch.div({a}, {b}, rounding_mode='floor')",
    "torch.div({a}, {b}, rounding_mode='trunc')", "torch.result_type({a}, {b})", "torch.clamp({a}, max={b})",
    "{a}.type_as({b})", "{a}.to({b})", "torch.broadcast_tensors({a}, {b})",
)  # fmt: skip

CHANGES = (
    "{a}.add_(1)", "{a}.mul_(2)", "{a}[0] = 5", "{a}[0] += 1", "{a}.zero_()", "{a} += 1", "{a} *= {b}",
    "{a}.clamp_(0)", "{a}[{a} > 0] = 0", "{a}.copy_({b})", "{a}.t_()", "{a}.unsqueeze_(0)", "{a}.data -= 0.1 * {a}",
    "{a}.view(-1)[0] = 9", "{a}.requires_grad_()", "{a}.detach()[0] = 3", "{a}.sub_({b})", "{a}.T[0] = 1",
    "{a}.fill_(2)", "{a}[:, 0] = 7", "{a}[..., 0] += 2", "{a}[::2] *= 2", "{a}[[0, 1]] = 4", "{a}[0] = {b}[0]",
    "{a}[:] = {b}", "{a} /= 2", "{a} -= {b}", "{a}.div_(2)", "{a}.exp_()", "{a}.relu_()",
    "{a}.masked_fill_({a} < 0, 0)",
    "{a}.reshape(-1)[-1] = 8", "{a}.flatten()[0] = 6", "{a}[0].mul_(3)", "{a}[..., 1:].zero_()", "{a}.T.add_(1)",
    "{a}.data = {b}.data", "{a}.data.mul_(2)", "{a}.detach_()", "{a}.squeeze().add_(1)", "{a}.numpy()[...] = 1",
    "{a}.detach().numpy()[...] += 1", "{a} **= 2", "{a} //= 2", "{a}.neg_()", "{a}.sigmoid_()", "{a}.pow_(2)",
    "with torch.no_grad(): {a} -= 0.1 * {b}", "with torch.no_grad(): {a}[0] = 1", "with torch.no_grad(): {a}.zero_()",
    "{a}.expand(2, *{a}.shape)[0].add_(1)", "{a}.diagonal().fill_(1)", "{a}.chunk(2)[0].add_(1)",
    "{a}.unbind()[0].add_(1)", "{a}.view(-1).add_(1)", "{a}.grad = None", "{a} = {a}.clone()",
    "{a}.index_fill_(0, torch.tensor([0]), 2)",
)  # fmt: skip

ENDINGS = (
    "s = {last}.sum(); s.backward(); print(s)",
    "s = {last}.sum(); s.backward(); print(s)",
    "s = ({last} ** 2).mean(); s.backward(); print(s)",
    "s = {last}.sum(); s.backward(retain_graph=True)\ns.backward(); print(s)",
    "s = {last}.sum(); s.backward()\ns.backward(); print(s)",
    "{last}.backward()",
    "{last}.backward(torch.ones_like({last}))",
    "print(torch.autograd.grad({last}.sum(), {leaf}))",
    "print(torch.autograd.grad({last}.sum(), {leaf}, allow_unused=True))",
    "g = torch.autograd.grad({last}.pow(2).sum(), {leaf}, create_graph=True)[0]\nprint(g.detach())\ng.sum().backward()",
    "s = ({last} * {leaf}).sum(); s.backward(); print(s)",
    "with torch.no_grad(): print({last} * 2)\ns = {last}.sum(); s.backward()",
    "s = {last}.sum(); s.backward(); {leaf}.grad.zero_(); s = {leaf}.sum(); s.backward()",
    "s = {last}.mean(); {leaf}.data.mul_(2); s.backward()",
    "s = ({last} * {last}).sum(); {leaf}.data = {leaf}.data + 1; s.backward()",
)

_OPTIMISERS = (
    "torch.optim.SGD({p}, lr=0.1)", "torch.optim.SGD({p}, lr=0.05, momentum=0.9)", "torch.optim.Adam({p}, lr=0.1)",
    "torch.optim.SGD({p}, lr=0.1, weight_decay=0.1, nesterov=True, momentum=0.5)", "torch.optim.AdamW({p}, lr=0.05)",
    "torch.optim.RMSprop({p}, lr=0.01)", "torch.optim.Adagrad({p}, lr=0.1)",
    "torch.optim.Adam({p}, lr=0.1, amsgrad=True)",
)  # fmt: skip
_ACTIVATIONS = ("nn.ReLU()", "nn.Tanh()", "nn.Sigmoid()", "nn.GELU()", "nn.LeakyReLU(0.1)", "nn.ELU()", "nn.Softplus()")
_LOSSES = ("F.mse_loss(model(data), wanted)", "F.l1_loss(model(data), wanted)", "((model(data) - wanted) ** 2).sum()",
           "F.smooth_l1_loss(model(data), wanted)", "F.cross_entropy(model(data), wanted.argmax(-1))",
           "F.binary_cross_entropy_with_logits(model(data), (wanted > 0).float())")  # fmt: skip


def whole_program(choose: random.Random) -> list[str]:
    """A network with given weights, trained for three steps."""
    rows, ins, hidden, outs = (choose.randint(1, 4) for _ in range(4))

    def tensor(*shape: int) -> str:
        return f"torch.tensor({literal(choose, shape, whole=False)})"

    weights = [("model[0].weight", (hidden, ins)), ("model[0].bias", (hidden,)), ("model[2].weight", (outs, hidden))]
    return [
        f"data = {tensor(rows, ins)}",
        f"wanted = {tensor(rows, outs)}",
        f"model = nn.Sequential(nn.Linear({ins}, {hidden}), {choose.choice(_ACTIVATIONS)}, "
        f"nn.Linear({hidden}, {outs}, bias=False))",
        "print(model)",
        *(f"with torch.no_grad(): {name}.copy_({tensor(*shape)})" for name, shape in weights),
        f"optimiser = {choose.choice(_OPTIMISERS).format(p='model.parameters()')}",
        f"def step():\n    optimiser.zero_grad()\n    loss = {choose.choice(_LOSSES)}\n    loss.backward()\n"
        "    optimiser.step()\n    return loss",
        *(["print(step())"] * 3),
        "print(model(data))",
        *(f"print({name}, {name}.grad)" for name, _ in weights),
        "print(sum(p.numel() for p in model.parameters()))",
    ]
