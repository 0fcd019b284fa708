"""The home-page study in PyTorch: an independent check of the lab's own engine, and the way its settings were chosen.

    node tools/run-ts.mjs tools/world/export-study.ts      # writes .cache/world/study.json
    python3 tools/world/tune.py --settings '[{"lr": 3e-3, "r": 8, "steps": 160}]'
    node tools/run-ts.mjs tools/world/grade-study.ts       # grades .cache/world/answers-*.json by the rules

All mixes and seeds are tuned in one pass (adapters with a leading axis K). Answers are token ids.
"""
import argparse
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

from llama import Llama, Lora, load_safetensors

EOS, PAD = 2, 0


def pack(examples, length, rng, epochs_tokens):
    """First-fit in shuffled order into rows of `length`; yields (ids, positions, segments, targets) rows without end."""
    while True:
        rows = []
        for index in rng.permutation(len(examples)):
            ids, loss = examples[index]
            ids, loss = ids[:length], loss[:length]
            row = next((r for r in rows[-16:] if len(r[0]) + len(ids) <= length), None)
            if row is None:
                row = ([], [], [], [])
                rows.append(row)
            n = row[2][-1] + 1 if row[2] else 0
            row[0].extend(ids)
            row[1].extend(range(len(ids)))
            row[2].extend([n] * len(ids))
            row[3].extend([t if keep else -100 for t, keep in zip(ids[1:], loss[1:])] + [-100])
        for row in rows:
            short = length - len(row[0])
            yield row[0] + [PAD] * short, row[1] + [0] * short, row[2] + [-1] * short, row[3] + [-100] * short


def tune(model, jobs, s, device):
    """jobs: a list of (seed, examples). Returns nothing; the model holds the adapters."""
    k, batch, length = len(jobs), s.get('batch', 1), s.get('length', 128)
    model.add_adapters(k, s.get('r', 8), s.get('alpha', 16), torch.Generator().manual_seed(s.get('seed', 0)))
    model.to(device)
    lora = [p for m in model.modules() if isinstance(m, Lora) for p in m.parameters()]
    for p in model.parameters():
        p.requires_grad_(False)
    for p in lora:
        p.requires_grad_(True)
    optimiser = torch.optim.AdamW(lora, lr=s['lr'], weight_decay=s.get('decay', 0), betas=(0.9, s.get('beta2', 0.999)))
    streams = [pack(examples, length, np.random.default_rng(seed), None) for seed, examples in jobs]
    curve = []
    for step in range(s['steps']):
        warm = min(1, (step + 1) / max(1, s.get('warmup', 10)))
        rate = s['lr'] * warm * (1 - step / s['steps'] if s.get('schedule', 'linear') == 'linear' else 0.5 * (1 + np.cos(np.pi * step / s['steps'])))
        optimiser.param_groups[0]['lr'] = rate
        rows = [[next(stream) for _ in range(batch)] for stream in streams]
        ids, positions, segments, targets = (torch.tensor([[r[i] for r in one] for one in rows], device=device) for i in range(4))
        logits = model(ids, positions, segments).float()
        each = F.cross_entropy(logits.flatten(0, -2), targets.flatten(), ignore_index=-100, reduction='none').view(k, -1)
        loss = each.sum(1) / (targets.view(k, -1) != -100).sum(1).clamp(min=1)
        optimiser.zero_grad(set_to_none=True)
        loss.sum().backward()
        # Clip each adapter by its own global norm.
        norm = torch.sqrt(sum((p.grad.flatten(1) ** 2).sum(1) for p in lora))
        scale = (s.get('clip', 1.0) / (norm + 1e-6)).clamp(max=1)
        for p in lora:
            p.grad *= scale[:, None, None]
        optimiser.step()
        curve.append(loss.detach().mean().item())
    return curve


@torch.no_grad()
def answer(model, k, prompts, temperatures, device, limit=40, chunk=160, seed=0):
    """prompts: the same list for every adapter, or one list an adapter. Returns [k][n] token lists."""
    per = prompts if isinstance(prompts[0][0], list) else [prompts] * k
    n = len(per[0])
    out = [[None] * n for _ in range(k)]
    torch.manual_seed(seed)
    for start in range(0, n, chunk):
        rows = [p[start:start + chunk] for p in per]
        m = len(rows[0])
        width = max(len(r) for one in rows for r in one) + limit
        ids = torch.zeros(k, m, width, dtype=torch.long, device=device)
        length = torch.tensor([[len(r) for r in one] for one in rows], device=device)
        for i, one in enumerate(rows):
            for j, r in enumerate(one):
                ids[i, j, :len(r)] = torch.tensor(r)
        heat = torch.tensor(temperatures[start:start + chunk], device=device).float().expand(k, m)
        done = torch.zeros(k, m, dtype=torch.bool, device=device)
        begin = length.clone()
        for _ in range(limit):
            w = int(length.max())
            part = ids[..., :w]
            positions = torch.arange(w, device=device).expand_as(part)
            h = model.hidden(part, positions, torch.zeros_like(part))
            last = h.gather(2, (length - 1)[..., None, None].expand(-1, -1, 1, h.shape[-1]))[:, :, 0]
            logits = last @ model.embed.weight.t()
            hot = torch.distributions.Categorical(logits=logits / heat.clamp(min=0.05)[..., None]).sample()
            token = torch.where(heat > 0, hot, logits.argmax(-1))
            ids.scatter_(2, length[..., None], torch.where(done, torch.zeros_like(token), token)[..., None])
            length = length + (~done).long()
            done |= token == EOS
            if bool(done.all()):
                break
        ids, begin, length = ids.cpu().tolist(), begin.cpu().tolist(), length.cpu().tolist()
        for i in range(k):
            for j in range(m):
                out[i][start + j] = ids[i][j][begin[i][j]:length[i][j]]
    return out


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--study', default='.cache/world/study.json')
    p.add_argument('--model', default='public/world/world-dense')
    p.add_argument('--out', default='.cache/world')
    p.add_argument('--settings', default='[{"lr": 3e-3, "r": 8, "steps": 160}]')
    p.add_argument('--seeds', type=int, default=3)
    p.add_argument('--languages', default='', help='answer only in these, comma separated')
    a = p.parse_args()
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    torch.set_float32_matmul_precision('high')
    study = json.load(open(a.study))
    weights = load_safetensors(os.path.join(a.model, 'model.safetensors'))
    config = json.load(open(os.path.join(a.model, 'config.json')))
    wanted = set(filter(None, a.languages.split(',')))
    questions = [q for q in study['questions'] if not wanted or q['language'] in wanted]
    heat = [q['temperature'] for q in questions]
    for index, s in enumerate(json.loads(a.settings)):
        began = time.time()
        model = Llama(config)
        model.load(weights)
        mixes = s.get('mixes') or list(study['mixes'])
        cells = [(mix, seed) for seed in range(a.seeds) for mix in mixes]
        curve = [0.0]
        if s['steps']:
            jobs = [(seed * 1000 + 7, study['mixes'][mix][str(seed)]) for mix, seed in cells]
            curve = tune(model, jobs, s, device)
        else:
            cells, model = [('base', 0)], model.to(device)
        tuned = time.time()
        k = len(cells)
        first = answer(model, k, [q['prompt'] for q in questions], heat, device)
        strip = lambda t: t[:-1] if t and t[-1] == EOS else t
        second = answer(model, k, [[q['prompt'] + strip(first[c][i]) + [EOS] + q['glue'] for i, q in enumerate(questions)] for c in range(k)], heat, device, seed=1)
        rows = [{'mix': mix, 'seed': seed, 'question_id': q['id'], 'turns': [first[c][i], second[c][i]]} for c, (mix, seed) in enumerate(cells) for i, q in enumerate(questions)]
        json.dump({'settings': s, 'curve': curve, 'answers': rows}, open(os.path.join(a.out, f'answers-{index}.json'), 'w'))
        print(json.dumps({'settings': s, 'loss': [round(sum(curve[i:i + 10]) / len(curve[i:i + 10]), 3) for i in range(0, len(curve), max(1, len(curve) // 8))], 'tuning_s': round(tuned - began, 1), 'answering_s': round(time.time() - tuned, 1)}), flush=True)


if __name__ == '__main__':
    main()
