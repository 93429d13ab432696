"""Writes optimisers_torch.json: what torch.optim's steps make of parameters."""
import json
import os

import torch

STEPS = 25
torch.manual_seed(1)
start = torch.randn(11)
gradients = torch.randn(STEPS, 11) * torch.logspace(-4, 1, 11)
gradients[3:6, 4] = 0
gradients[:, 7] = 0
runs = [
    ("adam", torch.optim.Adam, dict(lr=1e-2)),
    ("adam", torch.optim.Adam, dict(lr=0.1, weight_decay=0.1, betas=(0.8, 0.95), eps=1e-3)),
    ("adamw", torch.optim.AdamW, dict(lr=0.05, weight_decay=0.2)),
    ("sgd", torch.optim.SGD, dict(lr=0.05)),
    ("sgd", torch.optim.SGD, dict(lr=0.05, weight_decay=0.3)),
    ("sgd", torch.optim.SGD, dict(lr=0.02, momentum=0.9, weight_decay=0.1)),
    ("sgd", torch.optim.SGD, dict(lr=0.02, momentum=0.9, weight_decay=0.1, nesterov=True)),
    ("rmsprop", torch.optim.RMSprop, dict(lr=0.01)),
    ("rmsprop", torch.optim.RMSprop, dict(lr=0.01, alpha=0.9, eps=1e-2, weight_decay=0.1)),
    ("rmsprop", torch.optim.RMSprop, dict(lr=0.01, momentum=0.8, weight_decay=0.1)),
]
cases = []
for name, make, settings in runs:
    p = start.clone().requires_grad_()
    optimiser = make([p], **settings)
    trace = []
    for g in gradients:
        p.grad = g.clone()
        optimiser.step()
        trace.append(p.tolist())
    used = {k: v for k, v in optimiser.defaults.items() if k in
            ("lr", "betas", "eps", "weight_decay", "momentum", "nesterov", "alpha")}
    cases.append(dict(name=name, settings=used, trace=trace))
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "optimisers_torch.json")
with open(path, "w") as out:
    json.dump({"source": "PyTorch " + torch.__version__, "start": start.tolist(),
               "gradients": gradients.tolist(), "cases": cases}, out)
    out.write("\n")
