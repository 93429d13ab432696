"""Writes activations_torch.json: values and gradients by PyTorch's autograd."""
import json
import os

import torch
import torch.nn.functional as F

positive = [1e-42, 1e-20, 1e-5, 0.01, 0.125, 0.3, 0.5, 0.7, 0.8, 1.0, 1.278, 1.5, 1.5707964, 2.0, 2.5, 3.0, 3.1415927,
            4.0, 5.5, 7.0, 9.5, 12.0, 15.0, 18.5, 19.99, 20.0, 20.01, 25.0, 40.0, 80.0, 88.5, 95.0, 103.0, 1000.0,
            1e5, 2e5, 1e8]
z = torch.tensor([0.0] + positive + [-x for x in positive])
functions = {
    "relu": F.relu, "leaky_relu": F.leaky_relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "elu": F.elu,
    "gelu": F.gelu, "silu": F.silu, "softplus": F.softplus, "sin": torch.sin,
}
cases = []
for name, f in functions.items():
    x = z.clone().requires_grad_()
    y = f(x)
    y.sum().backward()
    cases.append(dict(name=name, y=y.tolist(), gradient=x.grad.tolist()))
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "activations_torch.json")
with open(path, "w") as out:
    json.dump({"source": "PyTorch " + torch.__version__, "z": z.tolist(), "cases": cases}, out)
    out.write("\n")
