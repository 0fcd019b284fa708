"""Checks the goldens against the libraries themselves: transformers' models and PEFT's adapters, on the same files.

    pip install torch transformers peft
    python3 tests/golden/check_with_transformers.py

`families.py` writes every family out plainly, so that the goldens need only torch; what it may have misread, this finds. For each
checkpoint in data/ it prints the largest relative differences of

    logits      of the base model on plain.ids
    packed      of the base model on input.*: each segment alone, since a packed row is nothing but its segments
    adapted     loss of adapter 0 on batch0.0, loaded by PEFT from a folder in PEFT's own layout
    gradients   of that loss, over all LoRA tensors
    greedy      answers of base and adapters that are the same, 24 tokens each

and ends with 1 if one is over its bound. What PEFT cannot load says so: transformers 5 keeps a mixture's experts as one tensor, and PEFT
has no adapters of single experts on it; with transformers 4 they load, as the lab and its goldens have them.
"""
import json
import sys
import tempfile
from pathlib import Path

import torch
import torch.nn.functional as F
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM
from transformers.utils import logging

DATA = Path(__file__).resolve().parent / "data"
BOUND = 1e-5
NEW_TOKENS = 24
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def difference(own, reference):
    """Largest absolute difference, relative to the largest number of the reference."""
    return ((own - reference).abs().max() / reference.abs().max()).item()


def base(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def logits(model, ids):
    return model(input_ids=ids, use_cache=False).logits


def segments(rows):
    """(row, from, to) of every packed segment; padding is segment -1."""
    for row, numbers in enumerate(rows.tolist()):
        start = 0
        for at in range(1, len(numbers) + 1):
            if at == len(numbers) or numbers[at] != numbers[start]:
                if numbers[start] >= 0:
                    yield row, start, at
                start = at


def adapter_folder(folder, tensors, lora, adapter):
    prefix = f"adapter{adapter}."
    own = {f"base_model.model.{name[len(prefix):]}": value.clone() for name, value in tensors.items() if name.startswith(prefix)}
    save_file(own, str(folder / "adapter_model.safetensors"))
    config = dict(peft_type="LORA", task_type="CAUSAL_LM", base_model_name_or_path="", inference_mode=False, bias="none", lora_dropout=0.0, **{"target_modules": PROJECTIONS, **lora})
    (folder / "adapter_config.json").write_text(json.dumps(config))


def adapted(model, tensors, lora, adapter):
    """@raises Exception where PEFT leaves a tensor of the adapter out"""
    with tempfile.TemporaryDirectory() as folder:
        adapter_folder(Path(folder), tensors, lora, adapter)
        wrapped = PeftModel.from_pretrained(model, folder, is_trainable=True)
    expected = {name[len("adapter0."):] for name in tensors if name.startswith("adapter0.")}
    loaded = set(lora_parameters(wrapped))
    if loaded != expected:
        raise ValueError(f"it has {len(loaded)} LoRA tensors, the adapter {len(expected)}")
    return wrapped


def lora_parameters(wrapped):
    """By the names that PEFT saves them under, without the prefix."""
    saved = lambda name: name.removeprefix("base_model.model.").replace("lora_magnitude_vector.default.weight", "lora_magnitude_vector").replace(".default", "")
    return {saved(name): value for name, value in wrapped.named_parameters() if "lora_" in name}


def loss_of(model, tensors, batch):
    """Mean over all targets of a packed batch, segment by segment."""
    ids, targets, rows = (tensors[f"{batch}.{name}"].long() for name in ("ids", "targets", "segments"))
    total = sum(F.cross_entropy(logits(model, ids[row:row + 1, start:end])[0], targets[row, start:end], ignore_index=-1, reduction="sum") for row, start, end in segments(rows) if (targets[row, start:end] >= 0).any())
    return total / (targets >= 0).sum()


def same_answers(model, generations):
    same = 0
    for own in generations:
        prompt = torch.tensor([own["prompt"]])
        answer = model.generate(input_ids=prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=NEW_TOKENS, min_new_tokens=NEW_TOKENS, do_sample=False, eos_token_id=None, pad_token_id=0)
        same += answer[0, prompt.shape[1]:].tolist() == own["tokens"]
    return same


def check(folder):
    tensors = load_file(str(folder / "goldens.safetensors"))
    goldens = json.loads((folder / "goldens.json").read_text())
    model = base(folder)
    found = {}
    with torch.no_grad():
        found["logits"] = difference(logits(model, tensors["plain.ids"].long()), tensors["logits.plain"])
        ids, rows = tensors["input.ids"].long(), tensors["input.segments"]
        found["packed"] = max(difference(logits(model, ids[row:row + 1, start:end])[0], tensors["logits.packed"][row, start:end]) for row, start, end in segments(rows))
        answers = [same_answers(model, [own for own in goldens["generations"] if own["adapter"] == -1])]
    count = len({own["adapter"] for own in goldens["generations"]} - {-1})
    if "lora" in goldens and "batch0.0.ids" in tensors:
        try:
            for adapter in range(count):
                wrapped = adapted(base(folder), tensors, goldens["lora"], adapter)
                if adapter == 0:
                    loss = loss_of(wrapped, tensors, "batch0.0")
                    loss.backward()
                    found["adapted"] = abs(loss.item() / goldens["losses"][0]["loss"] - 1)
                    own = {name: value.grad for name, value in lora_parameters(wrapped).items()}
                    largest = max(tensors[f"grad0.{name}"].abs().max() for name in own)
                    found["gradients"] = max(((grad - tensors[f"grad0.{name}"]).abs().max() / largest).item() for name, grad in own.items())
                with torch.no_grad():
                    answers.append(same_answers(wrapped, [own for own in goldens["generations"] if own["adapter"] == adapter]))
        except Exception as error:  # What is missing is told, and the rest is still looked at.
            found["note"] = f"adapters not loaded by PEFT: {str(error).splitlines()[0][:100]}"
    asked = sum(own["adapter"] < len(answers) - 1 for own in goldens["generations"])
    found["greedy"] = f"{sum(answers)} of {asked}"
    return found, sum(answers) == asked


if __name__ == "__main__":
    folders = [DATA / "untied", DATA / "untied-f16", DATA / "tied", *sorted((DATA / "families").iterdir())]
    fine = True
    logging.disable_progress_bar()
    print(f"{'':24}{'logits':>10}{'packed':>10}{'adapted':>10}{'gradients':>11}{'greedy':>10}")
    for folder in folders:
        # Those were rounded to blocks of integers first, which is the lab's own and not transformers'.
        if "-int" in folder.name:
            continue
        found, same = check(folder)
        numbers = [found.get(name) for name in ("logits", "packed", "adapted", "gradients")]
        fine = fine and same and all(number is None or number < BOUND for number in numbers)
        cells = [f"{number:.1e}" if number is not None else "" for number in numbers]
        print(f"{folder.name:24}{cells[0]:>10}{cells[1]:>10}{cells[2]:>10}{cells[3]:>11}{found['greedy']:>10}  {found.get('note', '')}", flush=True)
    sys.exit(0 if fine else 1)
