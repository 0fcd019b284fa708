"""What LoRA adapters with ranks and alphas of their own add to their base, computed with PyTorch after PEFT's rules.

PEFT (tuners/lora/model.py, utils/other.py `get_pattern_key`): the first key of a pattern that matches the module's path,
`re.match(rf"(.*\\.)?({key})$", path)`, gives its rank or alpha; the change is B A times alpha / r, or alpha / sqrt(r) with rsLoRA.

    python3 tests/golden/peft_patterns.py     writes tests/golden/data/peft-patterns.json
"""
import json
import math
import re
from pathlib import Path

import torch

HIDDEN, LAYERS = 6, 3
MODULES = ["self_attn.q_proj", "self_attn.v_proj", "mlp.down_proj"]

CASES = {
    "ranks by module": dict(r=2, lora_alpha=4, rank_pattern={"v_proj": 4}),
    "alphas by module": dict(r=2, lora_alpha=4, alpha_pattern={"down_proj": 3}),
    "ranks and alphas by path": dict(r=4, lora_alpha=8, rank_pattern={"model.layers.1.self_attn.q_proj": 1, "mlp.down_proj": 3}, alpha_pattern={"layers.2.mlp.down_proj": 12, "down_proj": 5}),
    "a regular expression": dict(r=2, lora_alpha=4, rank_pattern={r"layers\.[02]\.self_attn\.\w+": 5}),
    "rsLoRA": dict(r=2, lora_alpha=4, use_rslora=True, rank_pattern={"q_proj": 8}, alpha_pattern={"v_proj": 1}),
    "every module has a pattern": dict(r=8, lora_alpha=16, rank_pattern={"q_proj": 2, "v_proj": 2, "down_proj": 2}),
    "the first key that matches wins": dict(r=2, lora_alpha=2, alpha_pattern={"q_proj": 6, "layers.0.self_attn.q_proj": 10}),
}


def by_pattern(patterns: dict, path: str, otherwise: float) -> float:
    for key, value in (patterns or {}).items():
        if re.match(rf"(.*\.)?({key})$", path):
            return value
    return otherwise


def case(config: dict, seed: int) -> dict:
    generator = torch.Generator().manual_seed(seed)
    draw = lambda *shape: torch.randn(*shape, generator=generator)
    tensors, deltas = {}, {}
    for layer in range(LAYERS):
        for module in MODULES:
            path = f"model.layers.{layer}.{module}"
            r = by_pattern(config.get("rank_pattern"), path, config["r"])
            alpha = by_pattern(config.get("alpha_pattern"), path, config["lora_alpha"])
            a, b = draw(r, HIDDEN), draw(HIDDEN, r)
            tensors[f"base_model.model.{path}.lora_A.weight"] = a.tolist()
            tensors[f"base_model.model.{path}.lora_B.weight"] = b.tolist()
            scale = alpha / (math.sqrt(r) if config.get("use_rslora") else r)
            deltas[path] = (scale * (b.double() @ a.double())).tolist()
    return dict(config=config, tensors=tensors, deltas=deltas)


target = Path(__file__).parent / "data" / "peft-patterns.json"
target.write_text(json.dumps({name: case(config, seed) for seed, (name, config) in enumerate(CASES.items())}))
