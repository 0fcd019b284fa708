"""Measures a checkpoint on the cloze items that `npm run world` writes, and puts the figures into its report.json.

    python3 tools/world/cloze.py --data .cache/world --model public/world/world-dense
"""
import argparse
import json
import os

from llama import Llama, load_safetensors
from pretrain import cloze

p = argparse.ArgumentParser()
p.add_argument('--data', default='.cache/world')
p.add_argument('--model', default='public/world/world-dense')
a = p.parse_args()
model = Llama(json.load(open(os.path.join(a.model, 'config.json'))))
model.load(load_safetensors(os.path.join(a.model, 'model.safetensors')))
path = os.path.join(a.model, 'report.json')
report = json.load(open(path))
report['cloze'] = cloze(model.eval(), os.path.join(a.data, 'cloze.jsonl'), 'cpu')
json.dump(report, open(path, 'w'), indent=2)
for kind, by in report['cloze'].items():
    print(kind, {language: entry['accuracy'] for language, entry in by.items()})
