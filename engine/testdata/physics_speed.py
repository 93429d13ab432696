"""Times a step on 40 rows and an equation in 30 points, 1-32-32-32-2 tanh, Adam.

In PyTorch and in JAX, whichever there is; BenchmarkEquation is the same work.
"""

import time


def report(name, step, n):
    step()
    best = float("inf")
    for _ in range(5):
        begun = time.perf_counter()
        for _ in range(n):
            step()
        best = min(best, (time.perf_counter() - begun) / n)
    print(f"{name}: {best * 1e6:.0f} us a step")


def torch_step():
    import torch

    torch.set_num_threads(1)
    sizes = [1, 32, 32, 32]
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(a, b), torch.nn.Tanh()]
    body, head = torch.nn.Sequential(*layers), torch.nn.Linear(32, 2)
    mu, s = torch.ones((), requires_grad=True), torch.zeros((), requires_grad=True)
    optimizer = torch.optim.Adam([*body.parameters(), *head.parameters(), mu, s])
    x, y = torch.rand(40, 1), torch.randn(40, 1)
    points = torch.linspace(0, 1, 30).reshape(-1, 1).requires_grad_()

    def step():
        out = head(body(x))
        data = torch.nn.functional.gaussian_nll_loss(out[:, :1], y, out[:, 1:].exp(), eps=1e-6)
        u = head(body(points))[:, :1]
        du = torch.autograd.grad(u.sum(), points, create_graph=True)[0]
        d2u = torch.autograd.grad(du.sum(), points, create_graph=True)[0]
        r = (d2u + mu * du) / 400 + u
        loss = data + (0.5 * (s + r**2 * torch.exp(-s))).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def jax_step():
    import jax
    import jax.numpy as jnp

    key = jax.random.PRNGKey(0)
    sizes = [1, 32, 32, 32, 2]
    p = {"w": [], "mu": jnp.ones(()), "s": jnp.zeros(())}
    for a, b in zip(sizes, sizes[1:]):
        key, k = jax.random.split(key)
        p["w"].append((jax.random.normal(k, (b, a)) / a**0.5, jnp.zeros(b)))
    x, y = jax.random.uniform(key, (40, 1)), jax.random.normal(key, (40, 1))
    points = jnp.linspace(0, 1, 30)

    def net(w, at):
        for a, b in w[:-1]:
            at = jnp.tanh(a @ at + b)
        return w[-1][0] @ at + w[-1][1]

    def loss(p):
        out = jax.vmap(lambda at: net(p["w"], at))(x)
        variance = jnp.maximum(jnp.exp(out[:, 1]), 1e-6)
        data = jnp.mean(0.5 * (jnp.log(variance) + (out[:, 0] - y[:, 0]) ** 2 / variance))
        u = lambda at: net(p["w"], at[None])[0]
        du = jax.grad(u)
        value, slope, curve = jax.vmap(u)(points), jax.vmap(du)(points), jax.vmap(jax.grad(du))(points)
        r = (curve + p["mu"] * slope) / 400 + value
        return data + jnp.mean(0.5 * (p["s"] + r**2 * jnp.exp(-p["s"])))

    @jax.jit
    def update(p, m, v, t):
        g = jax.grad(loss)(p)
        m = jax.tree_util.tree_map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
        v = jax.tree_util.tree_map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
        move = lambda q, a, b: q - 1e-3 * (a / (1 - 0.9**t)) / (jnp.sqrt(b / (1 - 0.999**t)) + 1e-8)
        return jax.tree_util.tree_map(move, p, m, v), m, v

    state = [p, jax.tree_util.tree_map(jnp.zeros_like, p), jax.tree_util.tree_map(jnp.zeros_like, p), 1.0]

    def step():
        state[:] = [*update(*state), state[3] + 1]
        state[0]["mu"].block_until_ready()

    return step


for name, make, n in ("PyTorch", torch_step, 100), ("JAX", jax_step, 500):
    try:
        step = make()
    except ModuleNotFoundError as e:
        print(f"{name}: {e}")
        continue
    report(name, step, n)
