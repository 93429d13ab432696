"""Writes cauchy_torch.json: losses and gradients by torch.distributions.Cauchy.

The variance is clamped as torch.nn.functional.gaussian_nll_loss clamps it: the gradient
passes straight through. Numbers are C hexadecimal literals, or nan, inf, -inf.
"""
import json
import math
import os

import torch

torch.manual_seed(1)
torch.set_default_dtype(torch.float64)


def case(name, mean, target, variance, scale, eps):
    mean = torch.tensor(mean).requires_grad_()
    variance = torch.tensor(variance).requires_grad_()
    target = torch.tensor(target)
    v = variance.clone()
    with torch.no_grad():
        v.clamp_(min=eps)
    # validate_args would refuse what a diverging network predicts
    cauchy = torch.distributions.Cauchy(mean, scale * v.sqrt(), validate_args=False)
    loss = -cauchy.log_prob(target)
    loss.sum().backward()
    hexed = lambda t: [x.hex() if math.isfinite(x) else str(x) for x in t.tolist()]
    return dict(
        name=name, scale=scale, eps=eps, mean=hexed(mean.detach()), target=hexed(target), variance=hexed(variance.detach()),
        loss=hexed(loss.detach()), grad_mean=hexed(mean.grad), grad_variance=hexed(variance.grad),
    )


def drawn(n):
    return torch.randn(n).tolist(), torch.randn(n).tolist(), torch.rand(n).add(0.01).tolist()


cases = [case("drawn, scale %g" % s, *drawn(40), s, 1e-6) for s in (0.1, 0.612, 1.0, 3.0, 10.0)]
far = [s * 10.0**k for k in (1, 2, 4, 8, 16, 30, 38) for s in (-1, 1)]
cases += [
    case("far outliers", [0.0] * len(far), far, [1.0] * len(far), 1.0, 1e-6),
    case("far outliers of a tiny scale", [0.5] * len(far), far, [1e-12] * len(far), 0.1, 1e-12),
    case("tiny variances", [0.0] * 6, [0.0, 1e-8, 1e-3, 1.0, -1.0, 1e6], [1e-30, 1e-20, 1e-16, 1e-12, 1e-38, 1e-45], 1.0, 0.0),
    case("under, at and over eps", [0.0] * 6, [0.3] * 6, [0.0, 0.1, 0.25, 0.250001, 1.0, -0.0], 2.0, 0.25),
    case("huge variances", [0.0] * 4, [1.0, -1e10, 1e19, 0.0], [1e38, 1e30, 1e38, 3e38], 1.0, 1e-6),
    case("a mean that is met", [1.0, -2.0], [1.0, -2.0], [1e-6, 4.0], 0.7, 1e-6),
    case("not numbers", [math.nan, 0.0, 0.0], [0.0, math.nan, 0.0], [1.0, 1.0, math.nan], 1.0, 1e-6),
    case("infinite targets", [0.0, 0.0], [math.inf, -math.inf], [1.0, 1.0], 1.0, 1e-6),
]
with open(os.path.join(os.path.dirname(__file__), "cauchy_torch.json"), "w") as f:
    json.dump({"source": "torch.distributions.Cauchy, PyTorch %s (CPU)" % torch.__version__, "cases": cases}, f, indent=1)
    f.write("\n")
