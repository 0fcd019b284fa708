"""A study of the lab beside PyTorch, step by step: world-dense on twelve conversations, from one and the same adapter.

    python3 tests/golden/matched.py     # needs torch 1.13 or later; rewrites rows.json, adapter/ and steps.json in data/matched/

study.json switches off what the lab does by default and other programs do not (a system message, packing, shuffling, held-out records),
and this is what it then asks for: conversations in the order of the file, two to a batch and two batches to a step; a loss that is the mean over all
answer tokens of the step; torch.optim.AdamW with clipping by global norm and transformers' linear schedule. The tokens are
transformers.js's, from the checkpoint's own template (matched_rows.ts); all arithmetic after them is PyTorch's.
"""
import json
import math
import struct
import subprocess
from pathlib import Path

import torch
import torch.nn.functional as F

import make_goldens

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/golden/data/matched"
WORLD = ROOT / "public/world/world-dense"
LORA = dict(r=2, lora_alpha=4)


def read_safetensors(path):
    raw = path.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + size])
    types = {"F32": torch.float32, "F16": torch.float16}
    return {name: torch.frombuffer(bytearray(raw[8 + size + entry["data_offsets"][0]:8 + size + entry["data_offsets"][1]]), dtype=types[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items() if name != "__metadata__"}


def adapter_of(config):
    rng = torch.Generator().manual_seed(7)
    adapter = {}
    for layer in range(config["num_hidden_layers"]):
        for name, (out, into) in make_goldens.projection_shapes(config).items():
            adapter[f"model.layers.{layer}.{name}.lora_A.weight"] = torch.randn(LORA["r"], into, generator=rng) / math.sqrt(into)
            adapter[f"model.layers.{layer}.{name}.lora_B.weight"] = torch.randn(out, LORA["r"], generator=rng) * 0.01
    return adapter


def write_adapter(adapter):
    folder = DATA / "adapter"
    folder.mkdir(exist_ok=True)
    make_goldens.write_safetensors(folder / "adapter_model.safetensors", {f"base_model.model.{name}": tensor for name, tensor in adapter.items()}, {"format": "pt"})
    modules = [name.split(".")[-1] for name in make_goldens.PROJECTIONS]
    (folder / "adapter_config.json").write_text(json.dumps(dict(peft_type="LORA", task_type="CAUSAL_LM", base_model_name_or_path="world-dense", **LORA, lora_dropout=0.0, bias="none", fan_in_fan_out=False, target_modules=modules), indent=2) + "\n")


def steps(config, weights, adapter, rows, training):
    make_goldens.LORA.update(LORA)
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in adapter.items()}
    optimizer = torch.optim.AdamW(leaves.values(), lr=training["learning_rate"], betas=(0.9, training["adam_beta2"]), eps=1e-8, weight_decay=training["weight_decay"])
    a_step = training["per_device_train_batch_size"] * training["gradient_accumulation_steps"]
    record = []
    for step in range(training["max_steps"]):
        warmup, total = training["warmup_steps"], training["max_steps"]
        rate = training["learning_rate"] * (step / warmup if step < warmup else (total - step) / (total - warmup))
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        own = [rows[(step * a_step + i) % len(rows)] for i in range(a_step)]
        count = sum(sum(row["loss"][1:]) for row in own)
        loss, right = 0.0, 0
        # One conversation at a time, unpadded: padding must not matter.
        for row in own:
            ids = torch.tensor([row["ids"]])
            logits = make_goldens.forward_plain(config, weights, leaves, ids)[0, :-1]
            on = torch.tensor(row["loss"][1:], dtype=torch.bool)
            loss = loss + F.cross_entropy(logits[on], ids[0, 1:][on], reduction="sum") / count
            right += int((logits[on].argmax(-1) == ids[0, 1:][on]).sum())
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(leaves.values(), training["max_grad_norm"])
        optimizer.step()
        record.append(dict(loss=loss.item(), grad_norm=float(norm), learning_rate=rate, mean_token_accuracy=right / count))
    return record


def main():
    torch.set_num_threads(1)
    subprocess.run(["node", "tools/run-ts.mjs", "tests/golden/matched_rows.ts"], cwd=ROOT, check=True)
    rows = json.loads((DATA / "rows.json").read_text())
    training = json.loads((DATA / "study.json").read_text())["training"]
    config = json.loads((WORLD / "config.json").read_text())
    weights = {name: tensor.float() for name, tensor in read_safetensors(WORLD / "model.safetensors").items()}
    adapter = adapter_of(config)
    write_adapter(adapter)
    record = steps(config, weights, adapter, rows, training)
    exact = steps(config, make_goldens.double(weights), make_goldens.double(adapter), rows, training)
    drift = max(abs(a["loss"] / b["loss"] - 1) for a, b in zip(record, exact))
    print(f"loss {record[0]['loss']:.3f} -> {record[-1]['loss']:.3f}, clipped {sum(r['grad_norm'] > training['max_grad_norm'] for r in record)} of {len(record)} times, f32 against f64 {drift:.1e}")
    assert drift < 1e-5, drift
    (DATA / "steps.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
