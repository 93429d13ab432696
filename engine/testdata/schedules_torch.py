"""Writes schedules_torch.json: learning rates by torch.optim.lr_scheduler."""
import json
import os

import torch
from torch.optim import lr_scheduler as s


def rates(make, steps):
    p = torch.zeros(1, requires_grad=True)
    o = torch.optim.SGD([p], lr=1.0)
    schedule = make(o)
    out = []
    for _ in range(steps):
        out.append(o.param_groups[0]["lr"])
        o.step()
        schedule.step()
    return out


cases = [
    dict(kind="step", steps=7, gamma=0.5, rates=rates(lambda o: s.StepLR(o, 7, 0.5), 30)),
    # ExponentialLR multiplies at every step: gamma for one step.
    dict(kind="exponential", steps=1, gamma=0.9, rates=rates(lambda o: s.ExponentialLR(o, 0.9), 30)),
    dict(kind="cosine", steps=25, final=0.1, rates=rates(lambda o: s.CosineAnnealingLR(o, 25, 0.1), 26)),
    dict(kind="one-cycle", steps=40, final=1 / 25 / 1e4,
         rates=rates(lambda o: s.OneCycleLR(o, 1.0, total_steps=40, cycle_momentum=False), 39)),
    dict(kind="one-cycle", steps=11, final=1 / 25 / 10,
         rates=rates(lambda o: s.OneCycleLR(o, 1.0, total_steps=11, final_div_factor=10, cycle_momentum=False), 10)),
]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schedules_torch.json")
with open(path, "w") as f:
    json.dump({"source": "PyTorch " + torch.__version__, "cases": cases}, f)
    f.write("\n")
