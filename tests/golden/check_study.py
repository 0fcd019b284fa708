"""Answers a study's questions once more with transformers and PEFT, from the bundle that the lab exported.

    npm run lab -- tests/golden/checked-study.json --out RUN
    pip install torch transformers peft
    python3 tests/golden/check_study.py RUN/study.pinch.zip --model public/world/world-dense --tokenizer public/world

The adapters are loaded by PEFT, the base by transformers, messages are put together by transformers' chat template: nothing of the
lab's is in it but its files. Greedy answers must be the same texts; those of questions with a temperature are passed over.
The study's system_prompt has to be false or a text. Ends with 1 if an answer differs.
"""
import argparse
import json
import sys
import tempfile
import zipfile
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def load_cell(model, folder):
    wrapped = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32).eval(), str(folder))
    saved = load_file(str(folder / "adapter_model.safetensors"))
    loaded = {name.replace(".default", ""): value for name, value in wrapped.named_parameters() if "lora_" in name}
    if saved.keys() != loaded.keys() or any(not torch.equal(saved[name], loaded[name]) for name in saved):
        sys.exit(f"{folder}: PEFT has not loaded every tensor of the adapter")
    return wrapped


def answer(model, tokenizer, messages, benchmark):
    inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    with torch.no_grad():
        ids = model.generate(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], max_new_tokens=benchmark["max_new_tokens"], do_sample=False, pad_token_id=tokenizer.pad_token_id)
    return tokenizer.decode(ids[0, inputs["input_ids"].shape[1]:], skip_special_tokens=True).strip()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle")
    parser.add_argument("--model", required=True)
    parser.add_argument("--tokenizer", required=True)
    args = parser.parse_args()
    logging.disable_progress_bar()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        zipfile.ZipFile(args.bundle).extractall(folder)
        manifest = json.loads((folder / "manifest.json").read_text())
        if manifest.get("system_prompt", True) is True:
            sys.exit("This study's system messages are the lab's sentences: set system_prompt to false, or to a text.")
        system = [{"role": "system", "content": manifest["system_prompt"]}] if manifest["system_prompt"] else []
        questions = {question["question_id"]: question for question in lines(folder / "questions.jsonl")}
        tokenizer = AutoTokenizer.from_pretrained(args.tokenizer)
        same, different, cells = 0, [], {}
        for own in lines(folder / "answers.jsonl"):
            question = questions[own["question_id"]]
            if manifest["benchmark"]["temperature"].get(question["category"], 0) > 0:
                continue
            if own["model_id"] not in cells:
                cells[own["model_id"]] = load_cell(args.model, folder / "adapters" / own["model_id"])
            messages = list(system)
            for turn, expected in zip(question["turns"], own["turns"]):
                messages.append({"role": "user", "content": turn})
                found = answer(cells[own["model_id"]], tokenizer, messages, manifest["benchmark"])
                if found == expected:
                    same += 1
                else:
                    different.append((own["model_id"], own["question_id"], expected, found))
                # What follows goes on from the lab's answer, so that one difference is told once.
                messages.append({"role": "assistant", "content": expected})
    for model, question, expected, found in different:
        print(f"{model} {question}\n  the lab:      {expected!r}\n  transformers: {found!r}")
    print(f"{len(cells)} adapters, {same} of {same + len(different)} greedy answers the same")
    sys.exit(1 if different or not same else 0)


if __name__ == "__main__":
    main()
