"""The families beside plain Llama, written out as transformers' modeling files compute them, for make_goldens.py.

Each is as plain as it can be: queries, keys and values apart, experts one by one over the tokens they were given. `forward`
takes the checkpoint's tensors under their Hugging Face names, and optionally one LoRA adapter under PEFT's.

    llama3       modeling_llama with rope_type "llama3" (modeling_rope_utils)
    mistral      modeling_mistral: a window of attention in every layer
    qwen2        modeling_qwen2: biases on q, k, v; tied head
    qwen3        modeling_qwen3: RMSNorm on q and k heads
    gemma3_text  modeling_gemma3: (1 + w) norms before and after, q and k norms, GeGLU, scaled embeddings, local and global layers
    mixtral      modeling_mixtral: softmax over all experts, the best two, made to add up to one
    qwen3_moe    modeling_qwen3_moe: the same without the normalisation, with q and k norms
    gpt_neox     modeling_gpt_neox: LayerNorm, biases, fused q k v, partial rotation, parallel residual
    gpt_neox-serial   the same without parallel residual, with gelu_new
    qwen2-dora   Qwen2 with DoRA on some of its modules, as peft/tuners/lora/dora.py: the rows' lengths are detached
    llama-int8, llama-int4   Llama whose frozen matrices were rounded to blocks of integers first (`rounded`), the second with a tied head
    llama-deep   Llama of more layers than a GPU's shader can bind buffers
    qwen2-int8, gemma3_text-int4, qwen3_moe-int4   those families, their matrices rounded likewise: biases, norms less one, router and experts
"""
import math

import torch
import torch.nn.functional as F

COMMON = dict(vocab_size=64, hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
              max_position_embeddings=128, rope_theta=10000.0, bos_token_id=1, eos_token_id=2, pad_token_id=0, tie_word_embeddings=False)

CONFIGS = {
    "llama3": dict(COMMON, architectures=["LlamaForCausalLM"], model_type="llama", head_dim=16, hidden_act="silu", rms_norm_eps=1e-5, rope_theta=100.0,
                   rope_scaling=dict(rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=40)),
    "mistral": dict(COMMON, architectures=["MistralForCausalLM"], model_type="mistral", hidden_act="silu", rms_norm_eps=1e-5, sliding_window=5),
    "qwen2": dict(COMMON, architectures=["Qwen2ForCausalLM"], model_type="qwen2", hidden_act="silu", rms_norm_eps=1e-6, tie_word_embeddings=True,
                  use_sliding_window=True, sliding_window=6, max_window_layers=1),
    "qwen3": dict(COMMON, architectures=["Qwen3ForCausalLM"], model_type="qwen3", head_dim=16, hidden_act="silu", rms_norm_eps=1e-6, use_sliding_window=False),
    "gemma3_text": dict(COMMON, architectures=["Gemma3ForCausalLM"], model_type="gemma3_text", num_hidden_layers=3, num_key_value_heads=1, head_dim=16, hidden_activation="gelu_pytorch_tanh",
                        rms_norm_eps=1e-6, tie_word_embeddings=True, query_pre_attn_scalar=24, rope_theta=1000000.0, rope_local_base_freq=10000.0, sliding_window=6,
                        rope_scaling=dict(rope_type="linear", factor=8.0), layer_types=["sliding_attention", "full_attention", "sliding_attention"]),
    "mixtral": dict(COMMON, architectures=["MixtralForCausalLM"], model_type="mixtral", intermediate_size=24, hidden_act="silu", rms_norm_eps=1e-5, num_local_experts=4, num_experts_per_tok=2, sliding_window=None),
    "qwen3_moe": dict(COMMON, architectures=["Qwen3MoeForCausalLM"], model_type="qwen3_moe", head_dim=8, hidden_act="silu", rms_norm_eps=1e-6, num_experts=6, num_experts_per_tok=3, norm_topk_prob=False,
                      moe_intermediate_size=16, decoder_sparse_step=1, mlp_only_layers=[]),
    "gpt_neox": dict(COMMON, architectures=["GPTNeoXForCausalLM"], model_type="gpt_neox", hidden_act="gelu", layer_norm_eps=1e-5, rotary_pct=0.5, rotary_emb_base=10000, use_parallel_residual=True, attention_bias=True),
    "gpt_neox-serial": dict(COMMON, architectures=["GPTNeoXForCausalLM"], model_type="gpt_neox", hidden_act="gelu_new", layer_norm_eps=1e-5, rotary_pct=0.25, rotary_emb_base=500, use_parallel_residual=False, attention_bias=True),
}

CONFIGS["llama-int8"] = dict(COMMON, architectures=["LlamaForCausalLM"], model_type="llama", head_dim=16, intermediate_size=48, hidden_act="silu", rms_norm_eps=1e-5)
# Wide enough that every matrix is of whole blocks along its columns too: those the lab multiplies in codes.
CONFIGS["llama-int4"] = dict(CONFIGS["llama-int8"], hidden_size=64, intermediate_size=128, tie_word_embeddings=True)
CONFIGS["llama-deep"] = dict(COMMON, architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=16, intermediate_size=16, num_hidden_layers=11, num_attention_heads=2, num_key_value_heads=1, head_dim=8,
                             hidden_act="silu", rms_norm_eps=1e-5)
# What the lab's blocks can cut: rows of the feed-forward part too.
CONFIGS["qwen2-int8"] = dict(CONFIGS["qwen2"], intermediate_size=48)
CONFIGS["gemma3_text-int4"] = dict(CONFIGS["gemma3_text"], intermediate_size=48)
CONFIGS["qwen3_moe-int4"] = dict(CONFIGS["qwen3_moe"], moe_intermediate_size=32)
STORAGE = {"llama-int8": 8, "llama-int4": 4, "qwen2-int8": 8, "gemma3_text-int4": 4, "qwen3_moe-int4": 4}
CONFIGS["qwen2-dora"] = CONFIGS["qwen2"]
DORA = {"qwen2-dora": ["q_proj", "v_proj", "o_proj", "gate_proj", "down_proj"]}


def rounded(weight, bits):
    """A matrix [rows, columns] as unsigned integers with a scale and a zero point for each block of 32 (else 16) along a row, and back."""
    rows, columns = weight.shape
    block = 32 if columns % 32 == 0 else 16
    blocks = weight.reshape(-1, block)
    low, high = blocks.amin(1).clamp(max=0), blocks.amax(1).clamp(min=0)
    scale = ((high.double() - low.double()) / (2 ** bits - 1)).float().double()
    scale[scale == 0] = 1
    zero = torch.floor(-low.double() / scale + 0.5)
    codes = (torch.floor(blocks.double() / scale[:, None] + 0.5) + zero[:, None]).clamp(0, 2 ** bits - 1)
    return ((codes - zero[:, None]).float() * scale.float()[:, None]).reshape(rows, columns)


def stored(name, weights):
    """The weights as the lab stores them; embedding and head never in less than eight bits."""
    if name not in STORAGE:
        return weights
    bits = lambda key: 8 if "embed" in key or "head" in key else STORAGE[name]
    return {key: rounded(value, bits(key)) if value.dim() == 2 else value for key, value in weights.items()}


# Shapes

def sizes(config):
    hd = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    heads = config["num_attention_heads"]
    kv_heads = heads if config["model_type"] == "gpt_neox" else config["num_key_value_heads"]
    return config["hidden_size"], hd, heads, kv_heads


def layer_path(config, layer):
    return f"{'gpt_neox' if config['model_type'] == 'gpt_neox' else 'model'}.layers.{layer}"


def adapted(config):
    """(path, out, in) of every linear layer that LoRA is put on here."""
    d, hd, heads, kv = sizes(config)
    ff = config["intermediate_size"]
    if config["model_type"] == "gpt_neox":
        return [("attention.query_key_value", 3 * d, d), ("attention.dense", d, d), ("mlp.dense_h_to_4h", ff, d), ("mlp.dense_4h_to_h", d, ff)]
    modules = [("self_attn.q_proj", heads * hd, d), ("self_attn.k_proj", kv * hd, d), ("self_attn.v_proj", kv * hd, d), ("self_attn.o_proj", d, heads * hd)]
    if config["model_type"] == "mixtral":
        return modules + [("block_sparse_moe.gate", config["num_local_experts"], d)]
    if config["model_type"] == "qwen3_moe":
        return modules + [("mlp.gate", config["num_experts"], d)]
    return modules + [("mlp.gate_proj", ff, d), ("mlp.up_proj", ff, d), ("mlp.down_proj", d, ff)]


def experts_of(config):
    """(path, out, in) of every linear layer of the experts, which LoRA is put on as well."""
    d = config["hidden_size"]
    if config["model_type"] == "mixtral":
        path, count, ff, names = "block_sparse_moe", config["num_local_experts"], config["intermediate_size"], ("w1", "w2", "w3")
    elif config["model_type"] == "qwen3_moe":
        path, count, ff, names = "mlp", config["num_experts"], config["moe_intermediate_size"], ("gate_proj", "down_proj", "up_proj")
    else:
        return []
    return [(f"{path}.experts.{e}.{name}", *shape) for e in range(count) for name, shape in zip(names, ((ff, d), (d, ff), (ff, d)))]


def make_adapter(name, config, weights, r, rng):
    """Random LoRA matrices; with DoRA, magnitudes about the lengths of the base's rows."""
    adapter = {}
    for layer in range(config["num_hidden_layers"]):
        for path, out, into in adapted(config) + experts_of(config):
            module = f"{layer_path(config, layer)}.{path}"
            if name in DORA and path.split(".")[-1] not in DORA[name]:
                continue
            adapter[f"{module}.lora_A.weight"] = torch.randn(r, into, generator=rng) / math.sqrt(into)
            adapter[f"{module}.lora_B.weight"] = torch.randn(out, r, generator=rng) * 0.15
            if name in DORA:
                adapter[f"{module}.lora_magnitude_vector"] = weights[f"{module}.weight"].norm(dim=1) * (0.7 + 0.6 * torch.rand(out, generator=rng))
    return adapter


def make_weights(config, rng):
    d, hd, heads, kv = sizes(config)
    family = config["model_type"]
    weights = {}
    # Deep ones calmer, or a rounding error would grow from layer to layer.
    gain = 1.2 if config["num_hidden_layers"] < 8 else 0.6

    def normal(name, *shape, std=None, mean=0.0):
        weights[name] = mean + torch.randn(*shape, generator=rng) * (std if std is not None else gain / math.sqrt(shape[-1]))

    norm_mean = 0.0 if family == "gemma3_text" else 1.0
    normal("gpt_neox.embed_in.weight" if family == "gpt_neox" else "model.embed_tokens.weight", config["vocab_size"], d, std=0.2 if family == "gemma3_text" else 0.7)
    for layer in range(config["num_hidden_layers"]):
        prefix = layer_path(config, layer)
        for path, out, into in adapted(config):
            normal(f"{prefix}.{path}.weight", out, into)
            if family == "gpt_neox" or (family == "qwen2" and path[10:] in ("q_proj", "k_proj", "v_proj")):
                normal(f"{prefix}.{path}.bias", out, std=0.3)
        norms = ["input_layernorm", "post_attention_layernorm"]
        if family == "gemma3_text":
            norms += ["pre_feedforward_layernorm", "post_feedforward_layernorm"]
        for name in norms:
            normal(f"{prefix}.{name}.weight", d, std=0.2, mean=norm_mean)
            if family == "gpt_neox":
                normal(f"{prefix}.{name}.bias", d, std=0.2)
        if family in ("qwen3", "qwen3_moe", "gemma3_text"):
            for name in ("q_norm", "k_norm"):
                normal(f"{prefix}.self_attn.{name}.weight", hd, std=0.2, mean=norm_mean)
        if family == "mixtral":
            for e in range(config["num_local_experts"]):
                for name, shape in (("w1", (config["intermediate_size"], d)), ("w2", (d, config["intermediate_size"])), ("w3", (config["intermediate_size"], d))):
                    normal(f"{prefix}.block_sparse_moe.experts.{e}.{name}.weight", *shape)
        if family == "qwen3_moe":
            ff = config["moe_intermediate_size"]
            for e in range(config["num_experts"]):
                for name, shape in (("gate_proj", (ff, d)), ("up_proj", (ff, d)), ("down_proj", (d, ff))):
                    normal(f"{prefix}.mlp.experts.{e}.{name}.weight", *shape)
    last = "gpt_neox.final_layer_norm" if family == "gpt_neox" else "model.norm"
    normal(f"{last}.weight", d, std=0.2, mean=norm_mean)
    if family == "gpt_neox":
        normal(f"{last}.bias", d, std=0.2)
    if not config["tie_word_embeddings"]:
        normal("embed_out.weight" if family == "gpt_neox" else "lm_head.weight", config["vocab_size"], d, std=0.5)
    return weights


# The models

def rotate_half(x):
    half = x.shape[-1] // 2
    return torch.cat((-x[..., half:], x[..., :half]), dim=-1)


def rope_tables(positions, theta, dim, scaling, dtype):
    """cos and sin [B,1,T,dim]."""
    inv_freq = 1.0 / (theta ** (torch.arange(0, dim, 2, dtype=dtype) / dim))
    if scaling and scaling["rope_type"] == "linear":
        inv_freq = inv_freq / scaling["factor"]
    elif scaling and scaling["rope_type"] == "llama3":
        factor, low, high, old = (scaling[key] for key in ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"))
        wavelength = 2 * math.pi / inv_freq
        slow = torch.where(wavelength > old / low, inv_freq / factor, inv_freq)
        smooth = (old / wavelength - low) / (high - low)
        smoothed = (1 - smooth) * slow / factor + smooth * slow
        medium = ~(wavelength < old / high) * ~(wavelength > old / low)
        assert bool(medium.any()) and not bool(medium.all())
        inv_freq = torch.where(medium, smoothed, slow)
    angles = positions.to(dtype)[..., None] * inv_freq
    angles = torch.cat((angles, angles), dim=-1)[:, None]
    return angles.cos(), angles.sin()


def window_of(config, layer):
    """How many tokens a layer's tokens see, None for all."""
    family = config["model_type"]
    if family in ("mistral", "mixtral"):
        return config["sliding_window"]
    if family == "qwen2":
        return config["sliding_window"] if config["use_sliding_window"] and layer >= config["max_window_layers"] else None
    if family == "gemma3_text":
        return config["sliding_window"] if config["layer_types"][layer] == "sliding_attention" else None
    return None


def forward(config, weights, adapter, ids, positions, segments, scale):
    """ids, positions, segments [B,T] -> logits [B,T,V]. scale: LoRA's alpha / r."""
    family = config["model_type"]
    d, hd, heads, kv_heads = sizes(config)
    batch, length = ids.shape
    neox, gemma = family == "gpt_neox", family == "gemma3_text"
    embedding = weights["gpt_neox.embed_in.weight" if neox else "model.embed_tokens.weight"]
    dtype = embedding.dtype

    def linear(x, name):
        y = F.linear(x, weights[f"{name}.weight"], weights.get(f"{name}.bias"))
        if adapter is not None and f"{name}.lora_A.weight" in adapter:
            low, high, magnitude = (adapter.get(f"{name}.{part}") for part in ("lora_A.weight", "lora_B.weight", "lora_magnitude_vector"))
            delta = scale * ((x @ low.T) @ high.T)
            if magnitude is None:
                return y + delta
            gain = magnitude / (weights[f"{name}.weight"] + scale * (high @ low)).norm(dim=1).detach()
            bias = weights.get(f"{name}.bias", 0.0)
            y = bias + gain * (y - bias + delta)
        return y

    def norm(x, name):
        weight = weights[f"{name}.weight"]
        if neox:
            return F.layer_norm(x, (d,), weight, weights[f"{name}.bias"], config["layer_norm_eps"])
        normed = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + config["rms_norm_eps"])
        return normed * (1.0 + weight) if gemma else weight * normed

    def attention(x, prefix, layer):
        window = window_of(config, layer)
        if neox:
            fused = linear(x, f"{prefix}.attention.query_key_value").view(batch, length, heads, 3 * hd).transpose(1, 2)
            q, k, v = fused.chunk(3, dim=-1)
        else:
            project = lambda name, count: linear(x, f"{prefix}.self_attn.{name}").view(batch, length, count, hd).transpose(1, 2)
            q, k, v = project("q_proj", heads), project("k_proj", kv_heads), project("v_proj", kv_heads)
        if f"{prefix}.self_attn.q_norm.weight" in weights:
            q, k = norm(q, f"{prefix}.self_attn.q_norm"), norm(k, f"{prefix}.self_attn.k_norm")
        local = gemma and window is not None
        theta = config["rope_local_base_freq"] if local else config["rotary_emb_base"] if neox else config["rope_theta"]
        dim = int(hd * config["rotary_pct"]) if neox else hd
        cos, sin = rope_tables(positions, theta, dim, None if local or neox else config.get("rope_scaling"), dtype)
        rope = lambda x: torch.cat((x[..., :dim] * cos + rotate_half(x[..., :dim]) * sin, x[..., dim:]), dim=-1)
        q, k = rope(q), rope(k)
        k, v = k.repeat_interleave(heads // kv_heads, dim=1), v.repeat_interleave(heads // kv_heads, dim=1)
        index = torch.arange(length)
        allowed = (segments[:, :, None] == segments[:, None, :]) & (index[None, :, None] >= index[None, None, :])
        if window is not None:
            allowed = allowed & (index[None, None, :] > index[None, :, None] - window)
        mask = torch.zeros(allowed.shape, dtype=dtype).masked_fill(~allowed, torch.finfo(dtype).min)[:, None]
        scores = q @ k.transpose(2, 3) * (config["query_pre_attn_scalar"] if gemma else hd) ** -0.5
        mixed = (torch.softmax(scores + mask, dim=-1) @ v).transpose(1, 2).reshape(batch, length, heads * hd)
        return linear(mixed, f"{prefix}.attention.dense" if neox else f"{prefix}.self_attn.o_proj")

    def experts(x, path, count, top_k, normalise, names):
        tokens = x.reshape(-1, d)
        shares, chosen = torch.topk(torch.softmax(linear(tokens, f"{path}.gate"), dim=-1), top_k, dim=-1)
        if normalise:
            shares = shares / shares.sum(dim=-1, keepdim=True)
        out = torch.zeros_like(tokens)
        for e in range(count):
            rows, place = torch.where(chosen == e)
            if len(rows) == 0:
                continue
            gate, up, down = (f"{path}.experts.{e}.{name}" for name in names)
            mine = tokens[rows]
            inner = linear(F.silu(linear(mine, gate)) * linear(mine, up), down)
            out = out.index_add(0, rows, inner * shares[rows, place, None])
        return out.view(batch, length, d)

    def feed_forward(x, prefix):
        if neox:
            inner = linear(x, f"{prefix}.mlp.dense_h_to_4h")
            # gelu_new, as transformers' NewGELUActivation.
            gelu = F.gelu(inner) if config["hidden_act"] == "gelu" else 0.5 * inner * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (inner + 0.044715 * inner.pow(3))))
            return linear(gelu, f"{prefix}.mlp.dense_4h_to_h")
        if family == "mixtral":
            return experts(x, f"{prefix}.block_sparse_moe", config["num_local_experts"], config["num_experts_per_tok"], True, ("w1", "w3", "w2"))
        if family == "qwen3_moe":
            return experts(x, f"{prefix}.mlp", config["num_experts"], config["num_experts_per_tok"], config["norm_topk_prob"], ("gate_proj", "up_proj", "down_proj"))
        gate = linear(x, f"{prefix}.mlp.gate_proj")
        activated = 0.5 * gate * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (gate + 0.044715 * gate.pow(3)))) if gemma else F.silu(gate)
        return linear(activated * linear(x, f"{prefix}.mlp.up_proj"), f"{prefix}.mlp.down_proj")

    x = embedding[ids]
    if gemma:
        x = x * torch.tensor(d ** 0.5, dtype=dtype)
    for layer in range(config["num_hidden_layers"]):
        prefix = layer_path(config, layer)
        seen = attention(norm(x, f"{prefix}.input_layernorm"), prefix, layer)
        if gemma:
            x = x + norm(seen, f"{prefix}.post_attention_layernorm")
            x = x + norm(feed_forward(norm(x, f"{prefix}.pre_feedforward_layernorm"), prefix), f"{prefix}.post_feedforward_layernorm")
        elif neox and config["use_parallel_residual"]:
            x = x + seen + feed_forward(norm(x, f"{prefix}.post_attention_layernorm"), prefix)
        else:
            x = x + seen
            x = x + feed_forward(norm(x, f"{prefix}.post_attention_layernorm"), prefix)
    x = norm(x, "gpt_neox.final_layer_norm" if neox else "model.norm")
    head = embedding if config["tie_word_embeddings"] else weights["embed_out.weight" if neox else "lm_head.weight"]
    return x @ head.T
