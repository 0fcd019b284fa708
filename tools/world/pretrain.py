"""Pretrains world-dense on the corpus that `npm run world` writes, and reports what it learned.

    python3 tools/world/pretrain.py --data .cache/world --out public/world/world-dense

Seeded. Checkpoints to --state every --save steps and goes on from there when started again. Uses a GPU if there
is one (minutes), else the CPU (many hours). Writes config.json, model.safetensors (f16) and report.json.
"""
import argparse
import json
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from llama import Llama, save_safetensors

EOS = 2


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument('--data', default='.cache/world')
    p.add_argument('--out', default='public/world/world-dense')
    p.add_argument('--state', default='.cache/world/pretrain.pt')
    p.add_argument('--steps', type=int, default=3000)
    p.add_argument('--batch', type=int, default=512, help='sequences a step')
    p.add_argument('--length', type=int, default=256, help='tokens a sequence')
    p.add_argument('--lr', type=float, default=3e-3)
    p.add_argument('--warmup', type=int, default=150)
    p.add_argument('--decay', type=float, default=0.1)
    p.add_argument('--seed', type=int, default=1)
    p.add_argument('--save', type=int, default=500)
    p.add_argument('--layers', type=int, default=6)
    p.add_argument('--hidden', type=int, default=192)
    p.add_argument('--ff', type=int, default=512)
    p.add_argument('--heads', type=int, default=6)
    p.add_argument('--kv', type=int, default=3)
    return p.parse_args()


def config(a, vocab):
    return {
        'architectures': ['LlamaForCausalLM'], 'model_type': 'llama', 'vocab_size': vocab, 'hidden_size': a.hidden,
        'intermediate_size': a.ff, 'num_hidden_layers': a.layers, 'num_attention_heads': a.heads, 'num_key_value_heads': a.kv,
        'head_dim': a.hidden // a.heads, 'hidden_act': 'silu', 'max_position_embeddings': 512, 'rms_norm_eps': 1e-5,
        'rope_theta': 10000.0, 'tie_word_embeddings': True, 'attention_bias': False, 'mlp_bias': False,
        'bos_token_id': None, 'eos_token_id': EOS, 'pad_token_id': 0, 'torch_dtype': 'float16',
    }


class Documents:
    """Windows that start at a document; segments and positions restart at every document, as in the lab's packing."""

    def __init__(self, path, length, device):
        tokens = np.fromfile(path, dtype=np.uint16).astype(np.int64)
        ends = np.flatnonzero(tokens == EOS)
        self.starts = np.concatenate([[0], ends[:-1] + 1])
        self.starts = self.starts[self.starts < len(tokens) - length - 1]
        self.tokens = torch.from_numpy(tokens).to(device)
        self.length = length

    def batch(self, rng, n):
        return self.windows(rng.choice(self.starts, n))

    def windows(self, starts):
        device = self.tokens.device
        index = torch.as_tensor(starts, device=device)[:, None] + torch.arange(self.length + 1, device=device)
        window = self.tokens[index]
        ids, targets = window[:, :-1], window[:, 1:].clone()
        ended = torch.cat([torch.zeros_like(ids[:, :1]), (ids[:, :-1] == EOS).long()], 1)
        segments = ended.cumsum(1)
        place = torch.arange(self.length, device=device).expand_as(ids)
        positions = place - torch.where(ended.bool(), place, torch.zeros_like(place)).cummax(1).values
        targets[ids == EOS] = -100  # the first token of a document has nothing to be predicted from
        return ids, positions, segments, targets


def loss_of(model, ids, positions, segments, targets):
    logits = model(ids, positions, segments)
    return F.cross_entropy(logits.float().flatten(0, -2), targets.flatten(), ignore_index=-100)


@torch.no_grad()
def cloze(model, path, device):
    """Greedy exact match of the answer's tokens, a language and kind."""
    items = [json.loads(line) for line in open(path, encoding='utf8')]
    right = {}
    for start in range(0, len(items), 512):
        part = items[start:start + 512]
        rows = [i['prompt_ids'] + i['answer_ids'] for i in part]
        width = max(map(len, rows))
        ids = torch.zeros(len(rows), width, dtype=torch.long, device=device)
        for n, row in enumerate(rows):
            ids[n, :len(row)] = torch.tensor(row)
        positions = torch.arange(width, device=device).expand_as(ids)
        # Teacher forcing is the same as greedy decoding up to the first mistake, so exact match can be read off one pass.
        best = model(ids, positions, torch.zeros_like(ids)).argmax(-1).cpu().tolist()
        for n, item in enumerate(part):
            p, answer = len(item['prompt_ids']), item['answer_ids']
            count = right.setdefault(item['kind'], {}).setdefault(item['language'], [0, 0])
            count[0] += best[n][p - 1:p - 1 + len(answer)] == answer
            count[1] += 1
    return {kind: {lang: {'accuracy': round(r / n, 4), 'n': n} for lang, (r, n) in sorted(by.items())} for kind, by in right.items()}


def main():
    a = arguments()
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    torch.manual_seed(a.seed)
    vocab = json.load(open(os.path.join(a.data, 'meta.json')))['vocab_size'] if os.path.exists(os.path.join(a.data, 'meta.json')) else 4096
    c = config(a, vocab)
    model = Llama(c).to(device)
    count = sum(p.numel() for p in model.parameters())
    decayed = [p for p in model.parameters() if p.dim() == 2]
    plain = [p for p in model.parameters() if p.dim() != 2]
    optimiser = torch.optim.AdamW([{'params': decayed, 'weight_decay': a.decay}, {'params': plain, 'weight_decay': 0}], lr=a.lr, betas=(0.9, 0.98), eps=1e-8)
    train = Documents(os.path.join(a.data, 'train.bin'), a.length, device)
    valid = Documents(os.path.join(a.data, 'valid.bin'), a.length, device)
    first, curve, seconds = 0, [], 0.0
    if os.path.exists(a.state):
        saved = torch.load(a.state, map_location=device)
        model.load_state_dict(saved['model'])
        optimiser.load_state_dict(saved['optimiser'])
        first, curve, seconds = saved['step'], saved['curve'], saved['seconds']
        print(f'goes on from step {first}', flush=True)
    print(f'{count / 1e6:.2f} M parameters, {len(train.tokens) / 1e6:.1f} M training tokens, {device}', flush=True)
    fast = torch.compile(model) if device == 'cuda' else model
    began = time.time()
    for step in range(first, a.steps):
        rate = a.lr * min(1, (step + 1) / a.warmup) * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1, step / a.steps))))
        for group in optimiser.param_groups:
            group['lr'] = rate
        batch = train.batch(np.random.default_rng([a.seed, step]), a.batch)
        with torch.autocast(device, torch.bfloat16, enabled=device == 'cuda'):
            loss = loss_of(fast, *batch)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if (step + 1) % 100 == 0 or step + 1 == a.steps or step == 0:
            with torch.no_grad():
                held_out = loss_of(model, *valid.batch(np.random.default_rng(0), min(256, a.batch)))
            curve.append({'step': step + 1, 'loss': round(loss.item(), 4), 'eval_loss': round(held_out.item(), 4), 'learning_rate': rate})
            print(curve[-1], f'{time.time() - began:.0f} s', flush=True)
        if (step + 1) % a.save == 0:
            torch.save({'model': model.state_dict(), 'optimiser': optimiser.state_dict(), 'step': step + 1, 'curve': curve, 'seconds': seconds + time.time() - began}, a.state)
    model.eval()
    with torch.no_grad():  # what is measured is what is shipped: f16 weights
        for p in model.parameters():
            p.copy_(p.half().float())
    os.makedirs(a.out, exist_ok=True)
    save_safetensors(os.path.join(a.out, 'model.safetensors'), model.tensors())
    json.dump(c, open(os.path.join(a.out, 'config.json'), 'w'), indent=2)
    report = {
        'parameters': count, 'training_tokens_seen': a.steps * a.batch * a.length, 'corpus_tokens': len(train.tokens), 'settings': vars(a) | {'data': None, 'out': None, 'state': None},
        'device': torch.cuda.get_device_name() if device == 'cuda' else 'CPU', 'torch': torch.__version__, 'seconds': round(seconds + time.time() - began),
        'curve': curve, 'cloze': cloze(model, os.path.join(a.data, 'cloze.jsonl'), device),
    }
    json.dump(report, open(os.path.join(a.out, 'report.json'), 'w'), indent=2)
    print(json.dumps(report['cloze'], indent=1))


if __name__ == '__main__':
    main()
