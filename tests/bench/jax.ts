/**
 * The same training step and the same layer in jax-js, for comparison: same shapes, same LoRA, same loss at the same
 * positions, jitted as a whole. Its arrays are consumed by use, so whatever is used again is passed as `.ref`.
 */
import { defaultDevice, grad, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { Rng } from '../../src/core/rng.ts';
import { adaptables } from '../../src/engine/models/plan.ts';
import type { ModelConfig } from '../../src/engine/models/model-config.ts';
import { BLOCK_576, BLOCK_TOKENS, LORA, TRAINING, madeUp, randomBatch } from './shapes.ts';
import type { Work } from './ours.ts';

type Tensors = Record<string, np.Array>;

const PROJECTIONS = { q: 'self_attn.q_proj', k: 'self_attn.k_proj', v: 'self_attn.v_proj', o: 'self_attn.o_proj', gate: 'mlp.gate_proj', up: 'mlp.up_proj', down: 'mlp.down_proj' } as const;
type Projection = keyof typeof PROJECTIONS;

export async function prepare(kind: 'wasm' | 'webgpu'): Promise<void> {
  await init(kind);
  defaultDevice(kind);
}

function arrayOf(data: Float32Array | Int32Array, shape: number[]): np.Array {
  return np.array(data as Float32Array).reshape(shape);
}

/** Frozen weights, transposed to [in, out] so that no product has to. */
async function frozenWeights(config: ModelConfig): Promise<Tensors> {
  const { shapes, weight } = madeUp(config);
  const out: Tensors = {};
  for (const name of shapes.keys()) {
    const { data, shape } = await weight(name);
    const array = arrayOf(data as Float32Array, shape);
    out[name] = /norm|embed/.test(name) ? array : array.transpose();
  }
  return out;
}

function loraTensors(config: ModelConfig): Tensors {
  const rng = new Rng(3);
  const shapes = new Map(adaptables(config).map(({ path, out, into }) => [path, [out, into] as const]));
  const out: Tensors = {};
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    for (const [short, path] of Object.entries(PROJECTIONS)) {
      const [to, from] = shapes.get(path) as [number, number];
      out[`${layer}.${short}.a`] = arrayOf(Float32Array.from({ length: from * LORA.r }, () => (2 * rng.float() - 1) * 0.05), [from, LORA.r]);
      out[`${layer}.${short}.b`] = np.zeros([LORA.r, to]);
    }
  }
  return out;
}

function rmsNorm(x: np.Array, weight: np.Array, epsilon: number): np.Array {
  const scale = np.sqrt(np.mean(x.ref.mul(x.ref), -1, { keepdims: true }).add(epsilon));
  return x.div(scale).mul(weight);
}

/** One decoder layer on x [T, d]; `frozen` and `lora` are borrowed, x is consumed. */
function block(config: ModelConfig, layer: number, x: np.Array, frozen: Tensors, lora: Tensors, cos: np.Array, sin: np.Array, mask: np.Array): np.Array {
  const { num_attention_heads: heads, num_key_value_heads: groups, head_dim: width, norm_eps } = config;
  const tokens = x.shape[0] as number;
  const weight = (path: string): np.Array => (frozen[`model.layers.${layer}.${path}.weight`] as np.Array).ref;
  const part = (short: Projection, which: 'a' | 'b'): np.Array => (lora[`${layer}.${short}.${which}`] as np.Array).ref;
  const linear = (input: np.Array, short: Projection): np.Array =>
    np.matmul(input.ref, weight(PROJECTIONS[short])).add(np.matmul(np.matmul(input, part(short, 'a')), part(short, 'b')).mul(LORA.lora_alpha / LORA.r));
  const byHead = (y: np.Array, count: number): np.Array => y.reshape([tokens, count, width]).transpose([1, 0, 2]);
  const rotate = (y: np.Array): np.Array => {
    const [left, right] = np.split(y.ref, 2, -1) as [np.Array, np.Array];
    return y.mul(cos.ref).add(np.concatenate([right.neg(), left], -1).mul(sin.ref));
  };

  const normed = rmsNorm(x.ref, weight('input_layernorm'), norm_eps);
  const headNorm = (y: np.Array, path: string): np.Array => (`model.layers.${layer}.${path}.weight` in frozen ? rmsNorm(y, weight(path), norm_eps) : y);
  const q = rotate(headNorm(byHead(linear(normed.ref, 'q'), heads), 'self_attn.q_norm')).reshape([groups, (heads / groups) * tokens, width]);
  const k = rotate(headNorm(byHead(linear(normed.ref, 'k'), groups), 'self_attn.k_norm'));
  const v = byHead(linear(normed, 'v'), groups);
  const scores = np.matmul(q, k.transpose([0, 2, 1])).mul(1 / Math.sqrt(width)).reshape([heads, tokens, tokens]).add(mask.ref);
  const mixed = np.matmul(nn.softmax(scores, -1).reshape([groups, (heads / groups) * tokens, tokens]), v);
  const middle = x.add(linear(mixed.reshape([heads, tokens, width]).transpose([1, 0, 2]).reshape([tokens, heads * width]), 'o'));

  const inner = rmsNorm(middle.ref, weight('post_attention_layernorm'), norm_eps);
  const gate = linear(inner.ref, 'gate');
  return middle.add(linear(nn.silu(gate).mul(linear(inner, 'up')), 'down'));
}

function positional(config: ModelConfig, tokens: number): { cos: np.Array; sin: np.Array; mask: np.Array } {
  const half = config.head_dim / 2;
  const angle = (i: number, j: number): number => i / config.rope.full_attention.theta ** ((j % half) / half);
  const table = (f: (x: number) => number): np.Array => arrayOf(Float32Array.from({ length: tokens * 2 * half }, (_, i) => f(angle(Math.floor(i / (2 * half)), i % (2 * half)))), [tokens, 2 * half]);
  const mask = Float32Array.from({ length: tokens * tokens }, (_, i) => (i % tokens <= Math.floor(i / tokens) ? 0 : -1e9));
  return { cos: table(Math.cos), sin: table(Math.sin), mask: arrayOf(mask, [tokens, tokens]) };
}

const copies = (tensors: Tensors): Tensors => tree.ref(tensors) as Tensors;
const discard = (tensors: Tensors): void => tree.dispose(tensors);

/** One optimiser step of one adapter, one sequence. */
export async function trainingStep(config: ModelConfig, tokens: number): Promise<Work> {
  const frozen = await frozenWeights(config);
  const { cos, sin, mask } = positional(config, tokens);
  const loss = (lora: Tensors, weights: Tensors, tables: Tensors, ids: np.Array, hot: np.Array): np.Array => {
    const { cos: c, sin: s, mask: m } = tables as { cos: np.Array; sin: np.Array; mask: np.Array };
    const embedding = weights['model.embed_tokens.weight'] as np.Array;
    let x = np.take(embedding.ref, ids, 0);
    for (let layer = 0; layer < config.num_hidden_layers; layer++) x = block(config, layer, x, weights, lora, c, s, m);
    // The loss lies on the second half of the sequence. (A gather's gradient is a scatter, which its jit does not take.)
    const [unused, later] = np.split(x, 2, 0) as [np.Array, np.Array];
    unused.dispose();
    const rows = rmsNorm(later, (weights['model.norm.weight'] as np.Array).ref, config.norm_eps);
    const logits = np.matmul(rows, embedding.ref.transpose());
    const picked = np.sum(nn.logSoftmax(logits, -1).mul(hot));
    discard(lora);
    discard(weights);
    discard(tables);
    return picked.mul(-1 / (tokens / 2 - 1));
  };
  const step = jit((lora: Tensors, m: Tensors, v: Tensors, weights: Tensors, tables: Tensors, ids: np.Array, hot: np.Array, c1: np.Array, c2: np.Array) => {
    const [value, gradient] = valueAndGrad(loss)(copies(lora), weights, tables, ids, hot) as [np.Array, Tensors];
    const squares = Object.values(gradient).map((g) => np.sum(g.ref.mul(g.ref))).reduce((a, b) => a.add(b));
    const clip = np.minimum(np.array(TRAINING.max_grad_norm).div(np.sqrt(squares).add(1e-6)), 1);
    const next: [Tensors, Tensors, Tensors] = [{}, {}, {}];
    for (const name of Object.keys(lora)) {
      const g = (gradient[name] as np.Array).mul(clip.ref);
      const mi = (m[name] as np.Array).mul(TRAINING.adam_beta1).add(g.ref.mul(1 - TRAINING.adam_beta1));
      const vi = (v[name] as np.Array).mul(TRAINING.adam_beta2).add(g.ref.mul(g).mul(1 - TRAINING.adam_beta2));
      next[0][name] = (lora[name] as np.Array).sub(mi.ref.mul(c1.ref).div(np.sqrt(vi.ref.mul(c2.ref)).add(TRAINING.adam_epsilon)).mul(TRAINING.learning_rate));
      next[1][name] = mi;
      next[2][name] = vi;
    }
    clip.dispose();
    c1.dispose();
    c2.dispose();
    return [value, ...next] as [np.Array, Tensors, Tensors, Tensors];
  });

  let lora = loraTensors(config);
  let m = Object.fromEntries(Object.entries(lora).map(([name, tensor]) => [name, np.zeros(tensor.shape)])) as Tensors;
  let v = Object.fromEntries(Object.entries(lora).map(([name, tensor]) => [name, np.zeros(tensor.shape)])) as Tensors;
  let count = 0;
  return async () => {
    count++;
    const batch = randomBatch(new Rng(`0/${count}`), tokens);
    const hot = nn.oneHot(arrayOf(batch.targets.slice(tokens / 2), [tokens / 2]), config.vocab_size);
    const result = step(
      lora, m, v, copies(frozen), copies({ cos, sin, mask }),
      arrayOf(batch.ids, [batch.ids.length]), hot,
      np.array(1 / (1 - TRAINING.adam_beta1 ** count)), np.array(1 / (1 - TRAINING.adam_beta2 ** count)),
    ) as [np.Array, Tensors, Tensors, Tensors];
    [, lora, m, v] = result;
    await result[0].data();
    await Promise.all(Object.values(lora).map((tensor) => tensor.blockUntilReady()));
  };
}

/** One layer of 576, forward and backward, gradients of its input and of LoRA. */
export async function blockStep(): Promise<Work> {
  const config = BLOCK_576;
  const frozen = await frozenWeights(config);
  const tables = positional(config, BLOCK_TOKENS);
  const rng = new Rng(2);
  const random = (scale: number): np.Array => arrayOf(Float32Array.from({ length: BLOCK_TOKENS * config.hidden_size }, () => (2 * rng.float() - 1) * scale), [BLOCK_TOKENS, config.hidden_size]);
  const objective = (lora: Tensors, x: np.Array, dy: np.Array, weights: Tensors, extra: Tensors): np.Array => {
    const { cos, sin, mask } = extra as { cos: np.Array; sin: np.Array; mask: np.Array };
    const y = np.sum(block(config, 0, x, weights, lora, cos, sin, mask).mul(dy));
    discard(lora);
    discard(weights);
    discard(extra);
    return y;
  };
  const backward = jit((lora: Tensors, x: np.Array, dy: np.Array, weights: Tensors, extra: Tensors) => grad(objective, { argnums: [0, 1] })(lora, x, dy, weights, extra));
  const lora = loraTensors(config);
  const [x, dy] = [random(1), random(0.1)];
  return async () => {
    const [dLora, dx] = backward(copies(lora), x.ref, dy.ref, copies(frozen), copies(tables)) as unknown as [Tensors, np.Array];
    await Promise.all([...Object.values(dLora), dx].map((tensor) => tensor.data()));
  };
}
