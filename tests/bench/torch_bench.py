"""Times the same training step and the same layer in native PyTorch on two CPU threads; prints one JSON object of medians in milliseconds."""
import json
import math
import sys
import time

import torch
import torch.nn.functional as F

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 10
torch.set_num_threads(2)
torch.manual_seed(0)
R, SCALE = 8, 2.0


def layer_weights(d, ff, heads, kv, hd):
    shapes = dict(q=(heads * hd, d), k=(kv * hd, d), v=(kv * hd, d), o=(d, heads * hd), gate=(ff, d), up=(ff, d), down=(d, ff))
    frozen = {name: (torch.rand(shape) - 0.5) * 0.16 for name, shape in shapes.items()}
    lora = {name: ((torch.rand(R, shape[1]) - 0.5) * 0.1, torch.zeros(shape[0], R)) for name, shape in shapes.items()}
    for a, b in lora.values():
        a.requires_grad_()
        b.requires_grad_()
    return frozen, lora


def norm(x):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5)


def block(x, frozen, lora, heads, kv, hd, cos, sin, mask):
    t = x.shape[0]
    linear = lambda y, name: F.linear(y, frozen[name]) + SCALE * F.linear(F.linear(y, lora[name][0]), lora[name][1])
    rotate = lambda y: y * cos + torch.cat((-y[..., hd // 2:], y[..., :hd // 2]), -1) * sin
    h = norm(x)
    q = rotate(linear(h, "q").view(t, heads, hd).transpose(0, 1)).reshape(kv, heads // kv * t, hd)
    k = rotate(linear(h, "k").view(t, kv, hd).transpose(0, 1))
    v = linear(h, "v").view(t, kv, hd).transpose(0, 1)
    p = torch.softmax((q @ k.transpose(1, 2) / math.sqrt(hd)).view(heads, t, t) + mask, -1).view(kv, heads // kv * t, t)
    x = x + linear((p @ v).view(heads, t, hd).transpose(0, 1).reshape(t, heads * hd), "o")
    h = norm(x)
    return x + linear(F.silu(linear(h, "gate")) * linear(h, "up"), "down")


def tables(t, hd):
    angles = torch.arange(t)[:, None] / 10000 ** (torch.arange(0, hd, 2) / hd)
    angles = torch.cat((angles, angles), -1)
    return angles.cos(), angles.sin(), torch.full((t, t), -1e9).triu(1)


def median(work):
    for _ in range(2):
        work()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times)[len(times) // 2]


def block_576():
    frozen, lora = layer_weights(576, 1536, 9, 3, 64)
    extra = tables(256, 64)
    x, dy = torch.rand(256, 576, requires_grad=True), torch.rand(256, 576)
    leaves = [x] + [leaf for pair in lora.values() for leaf in pair]
    return lambda: torch.autograd.grad(block(x, frozen, lora, 9, 3, 64, *extra), leaves, dy)


def world_dense():
    layers = [layer_weights(192, 512, 6, 3, 32) for _ in range(6)]
    embedding = (torch.rand(4096, 192) - 0.5) * 0.16
    extra = tables(128, 32)
    leaves = [leaf for _, lora in layers for pair in lora.values() for leaf in pair]
    optimizer = torch.optim.AdamW(leaves, lr=1e-4)

    def work():
        ids = torch.randint(4096, (128,))
        x = embedding[ids]
        for frozen, lora in layers:
            x = block(x, frozen, lora, 6, 3, 32, *extra)
        loss = F.cross_entropy(norm(x[64:127]) @ embedding.T, ids[65:])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(leaves, 1.0)
        optimizer.step()

    return work


print(json.dumps({"world-dense, 1 adapter, PyTorch": median(world_dense()), "block of 576, PyTorch": median(block_576())}))
