"""Makes the reference numbers the engine is tested against, with PyTorch at float32.

    python3 tests/golden/make_goldens.py        # needs only torch (1.13 or later); rewrites tests/golden/data/

The model is Hugging Face's `modeling_llama` written out plainly: RMSNorm with eps inside the rsqrt, rotate_half RoPE,
repeat_kv for grouped-query attention, SwiGLU, tied or untied head. LoRA is PEFT's: y = W x + (alpha / r) B A x.
The optimiser is `torch.optim.AdamW` after `clip_grad_norm_`, the schedules are transformers' `get_*_schedule_with_warmup`.
Every float32 number is checked here against the same computation in float64.

Files, all in tests/golden/data/:

    untied/      float32 weights, 2 layers, 4 heads, 2 KV heads, own lm_head
    untied-f16/  the same weights rounded to float16
    families/*/  bfloat16 weights of the other families (families.py): the same files, with two adapters
        full.safetensors, full.json        of some, full fine-tuning: every weight's gradient, and twenty steps on batch0.S
    tied/        bfloat16 weights, 3 layers, 4 heads of 16 (head_dim differs from hidden / heads), 1 KV head, tied head
        config.json, model.safetensors     Hugging Face layout
        goldens.safetensors                float32 (F32) and int32 (I32) tensors, listed below
        goldens.json                       scalars and lists, listed below

Tensors in goldens.safetensors (B = 2 rows of T = 20 tokens):

    input.ids input.positions input.segments input.targets   [B,T] I32
        packed: positions restart in each segment, segments count 0, 1, ... a row, padding has segment -1, id 0 and position 0.
        A token attends to the earlier tokens, and itself, of its own segment number (padding attends to padding).
        targets[i] is the id that position i predicts, -1 where there is no loss.
    plain.ids                [B,T] I32    unpacked: positions 0..T-1, one segment a row
    logits.packed            [B,T,V]      base model on input.*
    logits.plain             [B,T,V]      base model on plain.ids
  and for `untied` only:
    logits.adapter0          [B,T,V]      adapter 0 on input.*
    adapterK.<name>          K = 0, 1, 2: LoRA tensors, names as PEFT saves them, without the prefix `base_model.model.`
                             e.g. adapter0.model.layers.1.self_attn.q_proj.lora_A.weight [r,in], ...lora_B.weight [out,r]
    gradK.<name>             gradient of adapter K's mean loss on batchK.0
                             (its norm is losses[K].grad_norm in goldens.json)
    batchK.S.ids / .positions / .segments / .targets   [B,T] I32, S = 0..4: the curve's batches; step s takes S = s % 5

goldens.json:

    logits_f64_error                  largest relative difference of float32 and float64 logits, for choosing tolerances
    generations: [{adapter, prompt, tokens}]   greedy, 24 tokens, not stopped at eos (which some meet); adapter -1 is the base model
  and for `untied` only:
    lora: {r, lora_alpha}
    losses: [{loss, tokens, accuracy, grad_norm}]    adapter K on batchK.0; accuracy is of the arg max on loss positions
    training: {learning_rate, adam_beta1, adam_beta2, adam_epsilon, weight_decay, max_grad_norm, warmup_steps, max_steps}
    curves: [{loss: [20], grad_norm: [20], learning_rate: [20]}]   adapter K; grad_norm before clipping
    schedules: {constant, linear, cosine}: [20]      learning-rate factors with the same warm-up
"""
import json
import math
import struct
from pathlib import Path

import torch
import torch.nn.functional as F

import families

DATA = Path(__file__).resolve().parent / "data"
B, T = 2, 20
PROJECTIONS = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"]
TRAINING = dict(learning_rate=0.02, adam_beta1=0.9, adam_beta2=0.99, adam_epsilon=1e-8, weight_decay=0.1, max_grad_norm=4.0, warmup_steps=4, max_steps=20)
LORA = dict(r=4, lora_alpha=8)


# The checkpoint

def make_config(tied):
    config = dict(
        architectures=["LlamaForCausalLM"], model_type="llama", vocab_size=96, hidden_size=32, intermediate_size=48,
        num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128, hidden_act="silu",
        rms_norm_eps=1e-5, rope_theta=10000.0, rope_scaling=None, attention_bias=False, mlp_bias=False,
        tie_word_embeddings=False, bos_token_id=1, eos_token_id=76, pad_token_id=0, torch_dtype="float32",
    )
    if tied:
        config.update(num_hidden_layers=3, num_key_value_heads=1, head_dim=16, rms_norm_eps=1e-6, rope_theta=500000.0,
                      tie_word_embeddings=True, eos_token_id=[50, 33], torch_dtype="bfloat16")
    return config


def head_dim(config):
    return config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]


def projection_shapes(config):
    d, ff, hd = config["hidden_size"], config["intermediate_size"], head_dim(config)
    heads, kv = config["num_attention_heads"] * hd, config["num_key_value_heads"] * hd
    return {"self_attn.q_proj": (heads, d), "self_attn.k_proj": (kv, d), "self_attn.v_proj": (kv, d), "self_attn.o_proj": (d, heads),
            "mlp.gate_proj": (ff, d), "mlp.up_proj": (ff, d), "mlp.down_proj": (d, ff)}


def make_weights(config, rng):
    d = config["hidden_size"]
    normal = lambda *shape, std: torch.randn(*shape, generator=rng) * std
    weights = {"model.embed_tokens.weight": normal(config["vocab_size"], d, std=0.7)}
    for layer in range(config["num_hidden_layers"]):
        for name, shape in projection_shapes(config).items():
            weights[f"model.layers.{layer}.{name}.weight"] = normal(*shape, std=1.2 / math.sqrt(shape[1]))
        for norm in ("input_layernorm", "post_attention_layernorm"):
            weights[f"model.layers.{layer}.{norm}.weight"] = 1 + normal(d, std=0.2)
    weights["model.norm.weight"] = 1 + normal(d, std=0.2)
    if not config["tie_word_embeddings"]:
        weights["lm_head.weight"] = normal(config["vocab_size"], d, std=0.5)
    return weights


def make_adapter(config, rng):
    adapter = {}
    for layer in range(config["num_hidden_layers"]):
        for name, (rows, columns) in projection_shapes(config).items():
            prefix = f"model.layers.{layer}.{name}"
            adapter[f"{prefix}.lora_A.weight"] = torch.randn(LORA["r"], columns, generator=rng) / math.sqrt(columns)
            adapter[f"{prefix}.lora_B.weight"] = torch.randn(rows, LORA["r"], generator=rng) * 0.15
    return adapter


# The model

def rms_norm(x, weight, eps):
    return weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps))


def rotate_half(x):
    half = x.shape[-1] // 2
    return torch.cat((-x[..., half:], x[..., :half]), dim=-1)


def forward(config, weights, adapter, ids, positions, segments):
    """ids, positions, segments [B,T] -> logits [B,T,V]."""
    if config.get("family"):
        return families.forward(config, weights, adapter, ids, positions, segments, LORA["lora_alpha"] / LORA["r"])
    hd, heads, kv_heads = head_dim(config), config["num_attention_heads"], config["num_key_value_heads"]
    batch, length = ids.shape
    dtype = weights["model.norm.weight"].dtype

    def linear(x, name):
        y = x @ weights[f"{name}.weight"].T
        if adapter is not None:
            a, b = adapter[f"{name}.lora_A.weight"], adapter[f"{name}.lora_B.weight"]
            y = y + (LORA["lora_alpha"] / LORA["r"]) * ((x @ a.T) @ b.T)
        return y

    inv_freq = 1.0 / (config["rope_theta"] ** (torch.arange(0, hd, 2, dtype=dtype) / hd))
    angles = positions.to(dtype)[..., None] * inv_freq
    angles = torch.cat((angles, angles), dim=-1)[:, None]
    cos, sin = angles.cos(), angles.sin()
    rope = lambda x: x * cos + rotate_half(x) * sin

    index = torch.arange(length)
    allowed = (segments[:, :, None] == segments[:, None, :]) & (index[None, :, None] >= index[None, None, :])
    mask = torch.zeros(allowed.shape, dtype=dtype).masked_fill(~allowed, torch.finfo(dtype).min)[:, None]

    x = weights["model.embed_tokens.weight"][ids]
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}"
        h = rms_norm(x, weights[f"{prefix}.input_layernorm.weight"], config["rms_norm_eps"])
        q = linear(h, f"{prefix}.self_attn.q_proj").view(batch, length, heads, hd).transpose(1, 2)
        k = linear(h, f"{prefix}.self_attn.k_proj").view(batch, length, kv_heads, hd).transpose(1, 2)
        v = linear(h, f"{prefix}.self_attn.v_proj").view(batch, length, kv_heads, hd).transpose(1, 2)
        q, k = rope(q), rope(k)
        k = k.repeat_interleave(heads // kv_heads, dim=1)
        v = v.repeat_interleave(heads // kv_heads, dim=1)
        p = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(hd) + mask, dim=-1)
        attended = (p @ v).transpose(1, 2).reshape(batch, length, heads * hd)
        x = x + linear(attended, f"{prefix}.self_attn.o_proj")
        h = rms_norm(x, weights[f"{prefix}.post_attention_layernorm.weight"], config["rms_norm_eps"])
        x = x + linear(F.silu(linear(h, f"{prefix}.mlp.gate_proj")) * linear(h, f"{prefix}.mlp.up_proj"), f"{prefix}.mlp.down_proj")
    x = rms_norm(x, weights["model.norm.weight"], config["rms_norm_eps"])
    head = weights["model.embed_tokens.weight"] if config["tie_word_embeddings"] else weights["lm_head.weight"]
    return x @ head.T


def forward_plain(config, weights, adapter, ids):
    positions = torch.arange(ids.shape[1]).expand_as(ids)
    return forward(config, weights, adapter, ids, positions, torch.zeros_like(ids))


def double(tensors):
    return None if tensors is None else {name: tensor.double() for name, tensor in tensors.items()}


# Data

def make_batch(config, rng, period=None):
    """Rows of three packed conversations and a padded tail; loss on the later part of each. `period` makes the ids learnable."""
    ids = torch.zeros(B, T, dtype=torch.long)
    positions, segments, targets = torch.zeros_like(ids), torch.full_like(ids, -1), torch.full_like(ids, -1)
    for row in range(B):
        start = 0
        for segment, length in enumerate([(7, 5, 6), (9, 8, 3)][row]):
            words = torch.randint(3, config["vocab_size"], (length,), generator=rng)
            if period is not None:
                words = 3 + (words[0] + period * torch.arange(length)) % 24
            span = slice(start, start + length)
            ids[row, span] = words
            positions[row, span] = torch.arange(length)
            segments[row, span] = segment
            first = length // 2
            targets[row, start + first - 1:start + length - 1] = words[first:]
            start += length
    return dict(ids=ids, positions=positions, segments=segments, targets=targets)


def mean_loss(config, weights, adapter, batch):
    logits = forward(config, weights, adapter, batch["ids"], batch["positions"], batch["segments"])
    on = batch["targets"] >= 0
    loss = F.cross_entropy(logits[on], batch["targets"][on])
    accuracy = (logits[on].argmax(-1) == batch["targets"][on]).to(torch.float32).mean().item()
    return loss, int(on.sum()), accuracy


# What is measured

def gradients(config, weights, adapter, batch):
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in adapter.items()}
    loss, tokens, accuracy = mean_loss(config, weights, leaves, batch)
    loss.backward()
    grads = {name: leaf.grad for name, leaf in leaves.items()}
    norm = torch.sqrt(sum(g.pow(2).sum() for g in grads.values())).item()
    return grads, dict(loss=loss.item(), tokens=tokens, accuracy=accuracy, grad_norm=norm)


def schedule(kind, step):
    """transformers.get_{constant,linear,cosine}_schedule_with_warmup; `step` counts from 0, so the first factor is 0 with warm-up."""
    warmup, total = TRAINING["warmup_steps"], TRAINING["max_steps"]
    if step < warmup:
        return step / max(1, warmup)
    if kind == "constant":
        return 1.0
    if kind == "linear":
        return max(0.0, (total - step) / max(1, total - warmup))
    return max(0.0, 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup))))


def curve(config, weights, adapter, batches):
    leaves = [tensor.clone().requires_grad_() for tensor in adapter.values()]
    named = dict(zip(adapter, leaves))
    optimizer = torch.optim.AdamW(leaves, lr=TRAINING["learning_rate"], betas=(TRAINING["adam_beta1"], TRAINING["adam_beta2"]),
                                  eps=TRAINING["adam_epsilon"], weight_decay=TRAINING["weight_decay"])
    record = dict(loss=[], grad_norm=[], learning_rate=[])
    for step in range(TRAINING["max_steps"]):
        rate = TRAINING["learning_rate"] * schedule("linear", step)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        loss, _, _ = mean_loss(config, weights, named, batches[step % len(batches)])
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(leaves, TRAINING["max_grad_norm"])
        optimizer.step()
        record["loss"].append(loss.item())
        record["grad_norm"].append(float(norm))
        record["learning_rate"].append(rate)
    return record


@torch.no_grad()
def generate(config, weights, adapter, prompt, count=24):
    tokens, margin = list(prompt), math.inf
    for _ in range(count):
        logits = forward_plain(config, weights, adapter, torch.tensor([tokens]))[0, -1]
        values, ids = logits.topk(2)
        margin = min(margin, float(values[0] - values[1]))
        tokens.append(int(ids[0]))
    return tokens[len(prompt):], margin


def relative(a, b):
    return float((a.double() - b.double()).abs().max() / b.double().abs().max())


# Writing

def write_safetensors(path, tensors, metadata=None):
    names = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int32: "I32"}
    header, blobs, offset = ({"__metadata__": metadata} if metadata else {}), [], 0
    for name, tensor in tensors.items():
        tensor = tensor.detach().contiguous()
        raw = tensor.view(torch.int16).numpy().tobytes() if tensor.dtype == torch.bfloat16 else tensor.numpy().tobytes()
        header[name] = dict(dtype=names[tensor.dtype], shape=list(tensor.shape), data_offsets=[offset, offset + len(raw)])
        blobs.append(raw)
        offset += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def ints(prefix, batch):
    return {f"{prefix}.{key}": value.int() for key, value in batch.items()}


def write_checkpoint(name, config, weights, dtype, with_training):
    folder = DATA / name
    folder.mkdir(parents=True, exist_ok=True)
    stored = {key: value.to(dtype) for key, value in weights.items()}
    (folder / "config.json").write_text(json.dumps({**config, "torch_dtype": str(dtype).split(".")[1]}, indent=2) + "\n")
    write_safetensors(folder / "model.safetensors", stored, {"format": "pt"})
    weights = {key: value.float() for key, value in stored.items()}

    rng = torch.Generator().manual_seed(11)
    batch = make_batch(config, rng)
    plain = torch.randint(3, config["vocab_size"], (B, T), generator=rng)
    packed = forward(config, weights, None, batch["ids"], batch["positions"], batch["segments"])
    tensors = {**ints("input", batch), "plain.ids": plain.int(), "logits.packed": packed, "logits.plain": forward_plain(config, weights, None, plain)}
    exact = forward(config, double(weights), None, batch["ids"], batch["positions"], batch["segments"])
    goldens = dict(logits_f64_error=relative(packed, exact))

    adapters = []
    if with_training:
        goldens.update(lora=LORA, training=TRAINING, losses=[], curves=[], schedules={kind: [schedule(kind, s) for s in range(TRAINING["max_steps"])] for kind in ("constant", "linear", "cosine")})
        for k in range(3):
            adapters.append(make_adapter(config, torch.Generator().manual_seed(100 + k)))
            data = torch.Generator().manual_seed(200 + k)
            batches = [make_batch(config, data, period=k + 1) for _ in range(5)]
            grads, losses = gradients(config, weights, adapters[k], batches[0])
            grads64, losses64 = gradients(config, double(weights), double(adapters[k]), batches[0])
            assert abs(losses["loss"] / losses64["loss"] - 1) < 1e-6
            worst = max(relative(grads[name], grads64[name]) for name in grads)
            assert worst < 1e-5, worst
            losses_curve = curve(config, weights, adapters[k], batches)
            curve64 = curve(config, double(weights), double(adapters[k]), batches)
            drift = max(abs(a / b - 1) for a, b in zip(losses_curve["loss"], curve64["loss"]))
            assert drift < 1e-4, drift
            print(f"adapter {k}: loss {losses_curve['loss'][0]:.3f} -> {losses_curve['loss'][-1]:.3f}, gradients f32 against f64 {worst:.1e}, curve {drift:.1e}, grad norms {min(losses_curve['grad_norm']):.2f}..{max(losses_curve['grad_norm']):.2f}")
            goldens["losses"].append(losses)
            goldens["curves"].append(losses_curve)
            for key in adapters[k]:
                tensors[f"adapter{k}.{key}"] = adapters[k][key]
                tensors[f"grad{k}.{key}"] = grads[key]
            for s, b in enumerate(batches):
                tensors.update(ints(f"batch{k}.{s}", b))
        tensors["logits.adapter0"] = forward(config, weights, adapters[0], batch["ids"], batch["positions"], batch["segments"])

    prompts = [[1], [1, 17, 40], [5, 61, 9, 33, 70, 12, 88], [1, 90, 14, 27, 55, 31, 8, 66, 43, 20, 76], [71, 3, 3, 52, 94, 30, 1, 29, 83, 48, 6, 15, 60, 37, 22, 81, 10]]
    goldens["generations"], margin = [], math.inf
    for index in [-1, *range(len(adapters))]:
        for prompt in prompts:
            tokens, m = generate(config, weights, None if index < 0 else adapters[index], prompt)
            margin = min(margin, m)
            goldens["generations"].append(dict(adapter=index, prompt=prompt, tokens=tokens))
    # Greedy goldens are only meaningful where the best token is best by more than rounding.
    assert margin > 1e-3, margin
    eos = config["eos_token_id"] if isinstance(config["eos_token_id"], list) else [config["eos_token_id"]]
    stops = sum(any(token in g["tokens"] for token in eos) for g in goldens["generations"])
    assert 0 < stops < len(goldens["generations"]), stops
    print(f"{name}: logits f32 against f64 {goldens['logits_f64_error']:.1e}, smallest greedy margin {margin:.1e}, {stops} of {len(goldens['generations'])} generations meet eos, {sum(v.numel() for v in weights.values())} parameters")

    write_safetensors(folder / "goldens.safetensors", tensors)
    (folder / "goldens.json").write_text(json.dumps(goldens, separators=(",", ":")) + "\n")


def write_family(name, seed):
    """One of families.py: logits, two adapters' gradients and curves, greedy answers. bfloat16 weights, to keep the files small."""
    config = dict(families.CONFIGS[name], family=True)
    folder = DATA / "families" / name
    folder.mkdir(parents=True, exist_ok=True)
    stored = {key: value.to(torch.bfloat16) for key, value in families.make_weights(config, torch.Generator().manual_seed(seed)).items()}
    written = {key: value for key, value in config.items() if key != "family"}
    (folder / "config.json").write_text(json.dumps({**written, "torch_dtype": "bfloat16"}, indent=2) + "\n")
    write_safetensors(folder / "model.safetensors", stored, {"format": "pt"})
    weights = families.stored(name, {key: value.float() for key, value in stored.items()})

    rng = torch.Generator().manual_seed(11)
    batch = make_batch(config, rng)
    plain = torch.randint(3, config["vocab_size"], (B, T), generator=rng)
    packed = forward(config, weights, None, batch["ids"], batch["positions"], batch["segments"])
    exact = forward(config, double(weights), None, batch["ids"], batch["positions"], batch["segments"])
    tensors = {**ints("input", batch), "plain.ids": plain.int(), "logits.packed": packed, "logits.plain": forward_plain(config, weights, None, plain)}
    modules = families.DORA.get(name) or list(dict.fromkeys(path.split(".")[-1] for path, _, _ in families.adapted(config) + families.experts_of(config)))
    goldens = dict(logits_f64_error=relative(packed, exact), lora=dict(LORA, target_modules=modules, **(dict(use_dora=True) if name in families.DORA else {})), training=TRAINING, losses=[], curves=[], generations=[])
    if name in families.STORAGE:
        goldens["storage"] = f"int{families.STORAGE[name]}"
    adapters = []
    for k in range(2):
        adapters.append(families.make_adapter(name, config, weights, LORA["r"], torch.Generator().manual_seed(100 + k)))
        data = torch.Generator().manual_seed(200 + k)
        batches = [make_batch(config, data, period=k + 1) for _ in range(5)]
        grads, losses = gradients(config, weights, adapters[k], batches[0])
        grads64, _ = gradients(config, double(weights), double(adapters[k]), batches[0])
        worst = max(relative(grads[name], grads64[name]) for name in grads)
        assert worst < 1e-5, worst
        found = curve(config, weights, adapters[k], batches)
        curve64 = curve(config, double(weights), double(adapters[k]), batches)
        drift = max(abs(a / b - 1) for a, b in zip(found["loss"], curve64["loss"]))
        print(f"  adapter {k}: loss {found['loss'][0]:.3f} -> {found['loss'][-1]:.3f}, gradients f32 against f64 {worst:.1e}, curve {drift:.1e}")
        assert drift < 3e-4, drift
        goldens["losses"].append(losses)
        goldens["curves"].append(found)
        for key in adapters[k]:
            tensors[f"adapter{k}.{key}"] = adapters[k][key]
            tensors[f"grad{k}.{key}"] = grads[key]
        for s, b in enumerate(batches):
            tensors.update(ints(f"batch{k}.{s}", b))
    tensors["logits.adapter0"] = forward(config, weights, adapters[0], batch["ids"], batch["positions"], batch["segments"])
    margin = math.inf
    for index in (-1, 0, 1):
        for prompt in ([1, 17, 40], [5, 61, 9, 33, 12, 7, 28], [51, 3, 3, 52, 44, 30, 1, 29, 13, 48, 6, 15, 60]):
            tokens, m = generate(config, weights, None if index < 0 else adapters[index], prompt)
            margin = min(margin, m)
            goldens["generations"].append(dict(adapter=index, prompt=prompt, tokens=tokens))
    assert margin > 1e-3, margin
    print(f"{name}: logits f32 against f64 {goldens['logits_f64_error']:.1e}, smallest greedy margin {margin:.1e}, {sum(v.numel() for v in weights.values())} parameters")
    write_safetensors(folder / "goldens.safetensors", tensors)
    (folder / "goldens.json").write_text(json.dumps(goldens, separators=(",", ":")) + "\n")


FULL = dict(TRAINING, learning_rate=0.003)
# Untied and tied, vectors less one, stacked experts, biases and LayerNorm.
FULLY_TUNED = ["llama3", "qwen2", "gemma3_text", "mixtral", "gpt_neox"]


def write_full(name, seed):
    """Full fine-tuning of a family: the gradient of every weight on batch0.0, and twenty steps whose decay leaves norms and biases out, as transformers' Trainer does."""
    config = dict(families.CONFIGS[name], family=True)
    folder = DATA / "families" / name
    weights = {key: value.to(torch.bfloat16).float() for key, value in families.make_weights(config, torch.Generator().manual_seed(seed)).items()}
    data = torch.Generator().manual_seed(200)
    batches = [make_batch(config, data, period=1) for _ in range(5)]

    def run(dtype):
        leaves = {key: value.to(dtype).clone().requires_grad_() for key, value in weights.items()}
        optimizer = torch.optim.AdamW([dict(params=[v for v in leaves.values() if v.dim() > 1], weight_decay=FULL["weight_decay"]),
                                       dict(params=[v for v in leaves.values() if v.dim() == 1], weight_decay=0.0)],
                                      lr=FULL["learning_rate"], betas=(FULL["adam_beta1"], FULL["adam_beta2"]), eps=FULL["adam_epsilon"])
        first, record = None, dict(loss=[], grad_norm=[])
        for step in range(FULL["max_steps"]):
            for group in optimizer.param_groups:
                group["lr"] = FULL["learning_rate"] * schedule("linear", step)
            optimizer.zero_grad()
            loss, _, _ = mean_loss(config, leaves, None, batches[step % len(batches)])
            loss.backward()
            first = first or {key: leaf.grad.clone() for key, leaf in leaves.items()}
            record["grad_norm"].append(float(torch.nn.utils.clip_grad_norm_(list(leaves.values()), FULL["max_grad_norm"])))
            optimizer.step()
            record["loss"].append(loss.item())
        return first, record

    (grads, record), (grads64, record64) = run(torch.float32), run(torch.float64)
    worst = max(relative(grads[key], grads64[key]) for key in grads)
    drift = max(abs(a / b - 1) for a, b in zip(record["loss"], record64["loss"]))
    print(f"{name}, all weights: loss {record['loss'][0]:.3f} -> {record['loss'][-1]:.3f}, gradients f32 against f64 {worst:.1e}, curve {drift:.1e}")
    assert worst < 1e-5 and drift < 1e-4, (worst, drift)
    write_safetensors(folder / "full.safetensors", grads)
    (folder / "full.json").write_text(json.dumps(dict(training=FULL, **record), separators=(",", ":")) + "\n")


# Seeds of weights whose greedy answers are clear.
FAMILY_SEEDS = {"llama3": 1, "mistral": 1, "qwen2": 1, "qwen3": 1, "gemma3_text": 1, "mixtral": 4, "qwen3_moe": 2, "gpt_neox": 1, "gpt_neox-serial": 1, "llama-int8": 1, "llama-int4": 1, "llama-deep": 1, "qwen2-dora": 1, "qwen2-int8": 1, "gemma3_text-int4": 1, "qwen3_moe-int4": 1}


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    untied = make_config(tied=False)
    weights = make_weights(untied, torch.Generator().manual_seed(1))
    write_checkpoint("untied", untied, weights, torch.float32, with_training=True)
    write_checkpoint("untied-f16", untied, weights, torch.float16, with_training=False)
    for name, seed in FAMILY_SEEDS.items():
        write_family(name, seed)
    for name in FULLY_TUNED:
        write_full(name, FAMILY_SEEDS[name])
    tied = make_config(tied=True)
    write_checkpoint("tied", tied, make_weights(tied, torch.Generator().manual_seed(2)), torch.bfloat16, with_training=False)


if __name__ == "__main__":
    main()
