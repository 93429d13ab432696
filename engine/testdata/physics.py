"""Trains networks that are held to an equation, with PyTorch's own derivatives.

Reads {"dtype": "float32", "cases": [...]} from standard input, cases as
physics_torch.json.gz has them with plain numbers, and writes what each did:
loss, data and physics of every step, and the last weights, parameters and
log-variance.
"""

import json
import math
import sys

import torch

ACTIVATIONS = {
    "tanh": torch.tanh, "sin": torch.sin, "silu": torch.nn.functional.silu, "gelu": torch.nn.functional.gelu,
    "softplus": torch.nn.functional.softplus, "sigmoid": torch.sigmoid, "elu": torch.nn.functional.elu,
}
FUNCTIONS = {
    name: getattr(torch, name)
    for name in "sin cos tan asin acos atan sinh cosh tanh exp log log10 sqrt abs floor ceil round sign pow".split()
} | {
    "min": lambda a, b: torch.minimum(*torch.broadcast_tensors(torch.as_tensor(a), torch.as_tensor(b))),
    "max": lambda a, b: torch.maximum(*torch.broadcast_tensors(torch.as_tensor(a), torch.as_tensor(b))),
    "pi": math.pi,
    "e": math.e,
}


def numbers(values, dtype):
    """Numbers, or C hexadecimal literals."""
    return torch.tensor([float.fromhex(v) if isinstance(v, str) else v for v in values], dtype=dtype)


def number(v):
    return float.fromhex(v) if isinstance(v, str) else v


def train(case, dtype):
    body = []
    weights = {}
    for name, t in case["init"].items():
        weights[name] = numbers(t["hex"], dtype).reshape(t["shape"]).requires_grad_()
    body = [(weights[f"body.{2 * i}.weight"], weights[f"body.{2 * i}.bias"]) for i in range(len(case["hidden"]))]
    act = ACTIVATIONS[case["activation"]]

    def net(x):
        for w, b in body:
            x = act(torch.nn.functional.linear(x, w, b))
        raw = torch.nn.functional.linear(x, weights["var.weight"], weights["var.bias"])
        variance = raw.exp() if case["variance_head"] == "exp" else torch.nn.functional.softplus(raw)
        return torch.nn.functional.linear(x, weights["mean.weight"], weights["mean.bias"]), variance

    learned = {}
    parameters = {}
    for name, p in case["parameters"].items():
        parameters[name] = torch.tensor(number(p["start"]), dtype=dtype, requires_grad=p["learned"])
        if p["learned"]:
            learned[name] = parameters[name]
    s = torch.zeros((), dtype=dtype, requires_grad=case["noise"] == "learned")
    moved = [*weights.values(), *learned.values()] + ([s] if case["noise"] == "learned" else [])
    optimizer = torch.optim.Adam(moved, lr=number(case["lr"]))
    x, y = (numbers(case[k]["hex"], dtype).reshape(-1, 1) for k in "xy")
    points = numbers(case["collocation"]["hex"], dtype).reshape(-1, 1)
    code = compile(case["residual"].replace("^", "**"), "residual", "eval")
    out = {"loss": [], "data": [], "physics": []}
    for step in range(case["steps"]):
        rows = [(step * case["batch"] + i) % len(x) for i in range(case["batch"])]
        mean, variance = net(x[rows])
        data = torch.nn.functional.gaussian_nll_loss(mean, y[rows], variance, full=case["full"], eps=number(case["eps"]))
        at = points.clone().requires_grad_()
        u, _ = net(at)
        du = torch.autograd.grad(u.sum(), at, create_graph=True)[0]
        d2u = torch.autograd.grad(du.sum(), at, create_graph=True)[0]
        r = eval(code, {"__builtins__": {}}, FUNCTIONS | parameters | {"x": at, "u": u, "du": du, "d2u": d2u})
        if case["noise"] == "learned":
            physics = (0.5 * (s + r**2 * torch.exp(-s))).mean()
        else:
            physics = number(case["weight"]) * (r**2).mean()
        loss = data + physics
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for k, v in ("loss", loss), ("data", data), ("physics", physics):
            out[k].append(v.item())
    out["final"] = {k: v.detach().flatten().tolist() for k, v in weights.items()}
    out["parameters"] = {k: v.item() for k, v in parameters.items()}
    out["log_variance"] = s.item()
    return out


order = json.load(sys.stdin)
torch.set_num_threads(1)
json.dump([train(c, getattr(torch, order["dtype"])) for c in order["cases"]], sys.stdout)
