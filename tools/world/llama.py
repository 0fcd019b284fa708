"""A Llama decoder in plain PyTorch (1.13 or later), for pretraining the embedded world's checkpoint and for
cross-checking the lab's own engine. Adapters have a leading axis K, as in the lab: x is [K, N, T, d].

Follows Hugging Face's Llama: RMSNorm, rotate-half RoPE, grouped-query attention, SwiGLU, tied head.
"""
import json
import math
import struct

import torch
import torch.nn.functional as F
from torch import nn

PROJECTIONS = {
    'q_proj': 'self_attn', 'k_proj': 'self_attn', 'v_proj': 'self_attn', 'o_proj': 'self_attn',
    'gate_proj': 'mlp', 'up_proj': 'mlp', 'down_proj': 'mlp',
}


class Lora(nn.Module):
    """K low-rank updates of one projection, initialised as PEFT does: A uniform, B zero."""

    def __init__(self, k, fan_in, fan_out, r, alpha, generator):
        super().__init__()
        bound = 1 / math.sqrt(fan_in)
        self.a = nn.Parameter((torch.rand(k, r, fan_in, generator=generator) * 2 - 1) * bound)
        self.b = nn.Parameter(torch.zeros(k, fan_out, r))
        self.scale = alpha / r

    def forward(self, x):  # [K, N, T, in] -> [K, N, T, out]
        k, n, t, d = x.shape
        low = torch.bmm(x.reshape(k, n * t, d), self.a.transpose(1, 2))
        return (torch.bmm(low, self.b.transpose(1, 2)) * self.scale).view(k, n, t, -1)


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        d, hd = c['hidden_size'], c['head_dim']
        self.c = c
        shapes = {
            'q_proj': (d, c['num_attention_heads'] * hd), 'k_proj': (d, c['num_key_value_heads'] * hd),
            'v_proj': (d, c['num_key_value_heads'] * hd), 'o_proj': (c['num_attention_heads'] * hd, d),
            'gate_proj': (d, c['intermediate_size']), 'up_proj': (d, c['intermediate_size']), 'down_proj': (c['intermediate_size'], d),
        }
        for name, (fan_in, fan_out) in shapes.items():
            setattr(self, name, nn.Linear(fan_in, fan_out, bias=False))
        self.shapes = shapes
        self.input_layernorm = nn.Parameter(torch.ones(d))
        self.post_attention_layernorm = nn.Parameter(torch.ones(d))
        self.lora = nn.ModuleDict()

    def project(self, name, x):
        y = getattr(self, name)(x)
        return y + self.lora[name](x) if name in self.lora else y

    def norm(self, x, weight):
        x32 = x.float()
        return (x32 * torch.rsqrt(x32.pow(2).mean(-1, keepdim=True) + self.c['rms_norm_eps'])).to(x.dtype) * weight

    def forward(self, x, cos, sin, mask):
        c = self.c
        *lead, t, _ = x.shape
        heads, kv, hd = c['num_attention_heads'], c['num_key_value_heads'], c['head_dim']
        h = self.norm(x, self.input_layernorm)
        q = rotate(self.project('q_proj', h).view(-1, t, heads, hd).transpose(1, 2), cos, sin)
        k = rotate(self.project('k_proj', h).view(-1, t, kv, hd).transpose(1, 2), cos, sin)
        v = self.project('v_proj', h).view(-1, t, kv, hd).transpose(1, 2)
        k = k.repeat_interleave(heads // kv, 1)
        v = v.repeat_interleave(heads // kv, 1)
        if hasattr(F, 'scaled_dot_product_attention'):
            a = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:
            a = (q @ k.transpose(-1, -2) / math.sqrt(hd)).masked_fill(~mask, -1e9).softmax(-1) @ v
        x = x + self.project('o_proj', a.transpose(1, 2).reshape(*lead, t, heads * hd))
        h = self.norm(x, self.post_attention_layernorm)
        return x + self.project('down_proj', F.silu(self.project('gate_proj', h)) * self.project('up_proj', h))


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


class Llama(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.c = config
        self.embed = nn.Embedding(config['vocab_size'], config['hidden_size'])
        self.blocks = nn.ModuleList(Block(config) for _ in range(config['num_hidden_layers']))
        self.norm = nn.Parameter(torch.ones(config['hidden_size']))
        for name, p in self.named_parameters():
            if p.dim() == 2:
                residual = name.endswith(('o_proj.weight', 'down_proj.weight'))
                nn.init.normal_(p, 0, 0.02 / (math.sqrt(2 * config['num_hidden_layers']) if residual else 1))

    def add_adapters(self, k, r, alpha, generator, targets=tuple(PROJECTIONS)):
        for block in self.blocks:
            for name in targets:
                block.lora[name] = Lora(k, *block.shapes[name], r, alpha, generator)

    def hidden(self, ids, positions, segments):
        """ids, positions, segments: [..., T]. A token attends to earlier tokens of its own segment."""
        t, hd = ids.shape[-1], self.c['head_dim']
        inverse = self.c['rope_theta'] ** (-torch.arange(0, hd, 2, device=ids.device).float() / hd)
        angles = positions.reshape(-1, 1, t, 1).float() * inverse
        angles = torch.cat([angles, angles], -1)
        x = self.embed(ids)
        seg = segments.reshape(-1, 1, t)
        mask = (seg.unsqueeze(-1) == seg.unsqueeze(-2)) & torch.ones(t, t, dtype=torch.bool, device=ids.device).tril()
        kind = torch.get_autocast_gpu_dtype() if torch.is_autocast_enabled() else x.dtype
        cos, sin = angles.cos().to(kind), angles.sin().to(kind)
        for block in self.blocks:
            x = block(x, cos, sin, mask)
        return self.blocks[0].norm(x, self.norm)

    def forward(self, ids, positions, segments):
        return self.hidden(ids, positions, segments) @ self.embed.weight.t()

    def tensors(self):
        """The checkpoint under its Hugging Face names."""
        out = {'model.embed_tokens.weight': self.embed.weight, 'model.norm.weight': self.norm}
        for i, block in enumerate(self.blocks):
            prefix = f'model.layers.{i}.'
            for name, part in PROJECTIONS.items():
                out[f'{prefix}{part}.{name}.weight'] = getattr(block, name).weight
            out[prefix + 'input_layernorm.weight'] = block.input_layernorm
            out[prefix + 'post_attention_layernorm.weight'] = block.post_attention_layernorm
        return out

    def load(self, tensors):
        with torch.no_grad():
            for name, p in self.tensors().items():
                p.copy_(tensors[name])


DTYPES = {'F32': torch.float32, 'F16': torch.float16}


def save_safetensors(path, tensors, dtype=torch.float16):
    header, blobs, offset = {}, [], 0
    for name, p in tensors.items():
        data = p.detach().to('cpu', dtype).contiguous().numpy().tobytes()
        kind = next(k for k, v in DTYPES.items() if v == dtype)
        header[name] = {'dtype': kind, 'shape': list(p.shape), 'data_offsets': [offset, offset + len(data)]}
        blobs.append(data)
        offset += len(data)
    text = json.dumps({'__metadata__': {'format': 'pt'}, **header}).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + b''.join(blobs))


def load_safetensors(path):
    raw = open(path, 'rb').read()
    (length,) = struct.unpack('<Q', raw[:8])
    header = json.loads(raw[8:8 + length])
    out = {}
    for name, entry in header.items():
        if name == '__metadata__':
            continue
        start, end = (8 + length + o for o in entry['data_offsets'])
        out[name] = torch.frombuffer(bytearray(raw[start:end]), dtype=DTYPES[entry['dtype']]).view(entry['shape']).float()
    return out
