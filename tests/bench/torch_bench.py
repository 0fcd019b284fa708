"""Times the same training steps and the same layer in native PyTorch; prints one JSON object: its version, and medians in milliseconds.

    python3 torch_bench.py [ROUNDS] [THREADS] [small] [cuda]
"""
import json
import math
import sys
import time

import torch
import torch.nn.functional as F

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 10
torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 2)
LARGE = "small" not in sys.argv
CUDA = "cuda" in sys.argv
if CUDA:
    torch.set_default_device("cuda")
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


def block(x, frozen, lora, heads, kv, hd, cos, sin, mask, head_norms=False):
    t = x.shape[0]
    linear = lambda y, name: F.linear(y, frozen[name]) + SCALE * F.linear(F.linear(y, lora[name][0]), lora[name][1])
    rotate = lambda y: y * cos + torch.cat((-y[..., hd // 2:], y[..., :hd // 2]), -1) * sin
    h = norm(x)
    of_heads = norm if head_norms else lambda y: y
    q = rotate(of_heads(linear(h, "q").view(t, heads, hd).transpose(0, 1))).reshape(kv, heads // kv * t, hd)
    k = rotate(of_heads(linear(h, "k").view(t, kv, hd).transpose(0, 1)))
    v = linear(h, "v").view(t, kv, hd).transpose(0, 1)
    p = torch.softmax((q @ k.transpose(1, 2) / math.sqrt(hd)).view(heads, t, t) + mask, -1).view(kv, heads // kv * t, t)
    x = x + linear((p @ v).view(heads, t, hd).transpose(0, 1).reshape(t, heads * hd), "o")
    h = norm(x)
    return x + linear(F.silu(linear(h, "gate")) * linear(h, "up"), "down")


def tables(t, hd, theta=10000):
    angles = torch.arange(t)[:, None] / theta ** (torch.arange(0, hd, 2) / hd)
    angles = torch.cat((angles, angles), -1)
    return angles.cos(), angles.sin(), torch.full((t, t), -1e9).triu(1)


def median(work, rounds=ROUNDS):
    for _ in range(2):
        work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        if CUDA:
            torch.cuda.synchronize()
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times)[len(times) // 2]


def block_576():
    frozen, lora = layer_weights(576, 1536, 9, 3, 64)
    extra = tables(256, 64)
    x, dy = torch.rand(256, 576, requires_grad=True), torch.rand(256, 576)
    leaves = [x] + [leaf for pair in lora.values() for leaf in pair]
    return lambda: torch.autograd.grad(block(x, frozen, lora, 9, 3, 64, *extra), leaves, dy)


def training_step(vocabulary, d, ff, heads, kv, hd, count, theta, head_norms=False, tokens=128):
    layers = [layer_weights(d, ff, heads, kv, hd) for _ in range(count)]
    embedding = (torch.rand(vocabulary, d) - 0.5) * 0.16
    extra = tables(tokens, hd, theta)
    leaves = [leaf for _, lora in layers for pair in lora.values() for leaf in pair]
    optimizer = torch.optim.AdamW(leaves, lr=1e-4)

    def work():
        ids = torch.randint(4096, (tokens,))
        x = embedding[ids]
        for frozen, lora in layers:
            x = block(x, frozen, lora, heads, kv, hd, *extra, head_norms)
        loss = F.cross_entropy(norm(x[tokens // 2:tokens - 1]) @ embedding.T, ids[tokens // 2 + 1:])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(leaves, 1.0)
        optimizer.step()

    return work


found = {
    "world-dense, PyTorch": dict(ms=median(training_step(4096, 192, 512, 6, 3, 32, 6, 1e4)), tokens=128),
    "block of 576, PyTorch": dict(ms=median(block_576()), tokens=256),
}
if LARGE:
    found["SmolLM2-135M, PyTorch"] = dict(ms=median(training_step(49152, 576, 1536, 9, 3, 64, 30, 1e5), 3), tokens=128)
    found["Qwen3-0.6B, PyTorch"] = dict(ms=median(training_step(151936, 1024, 3072, 16, 8, 128, 28, 1e6, head_norms=True), 3), tokens=128)
print(json.dumps(dict(version=torch.__version__, medians=found)))
