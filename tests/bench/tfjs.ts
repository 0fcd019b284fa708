/** The same training step in TensorFlow.js on its WASM backend, for comparison: same shapes, same LoRA, same loss at the same positions. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { Rng } from '../../src/core/rng.ts';
import { adaptables } from '../../src/engine/models/plan.ts';
import type { ModelConfig } from '../../src/engine/models/model-config.ts';
import { LORA, TRAINING, madeUp, randomBatch } from './shapes.ts';
import type { Work } from './ours.ts';

export async function prepare(threads: number): Promise<void> {
  setThreadsCount(threads);
  setWasmPaths(`${location.origin}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`);
  if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js has no WASM backend here');
  await tf.ready();
}

/** One optimiser step of one adapter, one sequence. */
export async function trainingStep(config: ModelConfig, tokens: number): Promise<Work> {
  const { num_hidden_layers: layers, num_attention_heads: heads, num_key_value_heads: groups, head_dim: width, norm_eps } = config;
  const { shapes, weight } = madeUp(config);
  const frozen: Record<string, tf.Tensor> = {};
  for (const [name, shape] of shapes) frozen[name] = tf.tensor((await weight(name)).data as Float32Array, [...shape]);
  const w = (name: string): tf.Tensor2D => frozen[name] as tf.Tensor2D;
  const rng = new Rng(3);
  const lora: Record<string, { a: tf.Variable; b: tf.Variable }> = {};
  for (let layer = 0; layer < layers; layer++) {
    for (const { path, out, into } of adaptables(config)) {
      const a = tf.tensor(Float32Array.from({ length: LORA.r * into }, () => (2 * rng.float() - 1) * 0.05), [LORA.r, into]);
      lora[`model.layers.${layer}.${path}`] = { a: tf.variable(a), b: tf.variable(tf.zeros([out, LORA.r])) };
    }
  }
  const angle = (i: number, j: number): number => i / config.rope.full_attention.theta ** ((j % (width / 2)) / (width / 2));
  const table = (f: (x: number) => number): tf.Tensor => tf.tensor(Float32Array.from({ length: tokens * width }, (_, i) => f(angle(Math.floor(i / width), i % width))), [tokens, width]);
  const [cos, sin] = [table(Math.cos), table(Math.sin)];
  const mask = tf.tensor(Float32Array.from({ length: tokens * tokens }, (_, i) => (i % tokens <= Math.floor(i / tokens) ? 0 : -1e9)), [tokens, tokens]);

  const norm = (x: tf.Tensor, name: string): tf.Tensor => tf.mul(tf.div(x, tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), norm_eps))), w(`${name}.weight`));
  const linear = (x: tf.Tensor, path: string): tf.Tensor => {
    const { a, b } = lora[path] as { a: tf.Variable; b: tf.Variable };
    return tf.add(tf.matMul(x, w(`${path}.weight`), false, true), tf.mul(tf.matMul(tf.matMul(x, a as tf.Tensor, false, true), b as tf.Tensor, false, true), LORA.lora_alpha / LORA.r));
  };
  const byHead = (x: tf.Tensor, count: number): tf.Tensor => tf.transpose(tf.reshape(x, [tokens, count, width]), [1, 0, 2]);
  const rotate = (x: tf.Tensor): tf.Tensor => {
    const [left, right] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
    return tf.add(tf.mul(x, cos), tf.mul(tf.concat([tf.neg(right), left], -1), sin));
  };
  const headNorm = (x: tf.Tensor, name: string): tf.Tensor => (`${name}.weight` in frozen ? norm(x, name) : x);
  const block = (x: tf.Tensor, layer: number): tf.Tensor => {
    const at = `model.layers.${layer}`;
    const h = norm(x, `${at}.input_layernorm`);
    const q = rotate(headNorm(byHead(linear(h, `${at}.self_attn.q_proj`), heads), `${at}.self_attn.q_norm`));
    const k = rotate(headNorm(byHead(linear(h, `${at}.self_attn.k_proj`), groups), `${at}.self_attn.k_norm`));
    const v = byHead(linear(h, `${at}.self_attn.v_proj`), groups);
    const together = [groups, (heads / groups) * tokens, -1];
    const scores = tf.add(tf.reshape(tf.mul(tf.matMul(tf.reshape(q, together), k, false, true), width ** -0.5), [heads, tokens, tokens]), mask);
    const mixed = tf.matMul(tf.reshape(tf.softmax(scores), together), v);
    const middle = tf.add(x, linear(tf.reshape(tf.transpose(tf.reshape(mixed, [heads, tokens, width]), [1, 0, 2]), [tokens, heads * width]), `${at}.self_attn.o_proj`));
    const inner = norm(middle, `${at}.post_attention_layernorm`);
    const gate = linear(inner, `${at}.mlp.gate_proj`);
    return tf.add(middle, linear(tf.mul(tf.mul(gate, tf.sigmoid(gate)), linear(inner, `${at}.mlp.up_proj`)), `${at}.mlp.down_proj`));
  };
  const embedding = w('model.embed_tokens.weight');
  const head = config.tie_word_embeddings ? embedding : w('lm_head.weight');
  // The loss lies on the second half of the sequence.
  const loss = (ids: tf.Tensor1D, hot: tf.Tensor): tf.Scalar => {
    let x: tf.Tensor = tf.gather(embedding, ids);
    for (let layer = 0; layer < layers; layer++) x = block(x, layer);
    const logits = tf.matMul(norm(tf.slice(x, [tokens / 2, 0], [tokens / 2, -1]), 'model.norm'), head, false, true);
    const centred = tf.sub(logits, tf.max(logits, -1, true));
    const picked = tf.sum(tf.mul(tf.sub(centred, tf.log(tf.sum(tf.exp(centred), -1, true))), hot));
    return tf.mul(picked, -1 / (tokens / 2 - 1)) as tf.Scalar;
  };
  const optimizer = tf.train.adam(TRAINING.learning_rate, TRAINING.adam_beta1, TRAINING.adam_beta2, TRAINING.adam_epsilon);
  const trained = Object.values(lora).flatMap(({ a, b }) => [a, b]);
  let count = 0;
  return async () => {
    const { ids, targets } = randomBatch(new Rng(`0/${count++}`), tokens);
    const value = tf.tidy(() => {
      const hot = tf.oneHot(tf.tensor1d(targets.slice(tokens / 2), 'int32'), config.vocab_size);
      const { value: found, grads } = tf.variableGrads(() => loss(tf.tensor1d(ids, 'int32'), hot), trained);
      const squares = Object.values(grads).map((gradient) => tf.sum(tf.square(gradient))).reduce((a, b) => tf.add(a, b));
      const clip = tf.minimum(tf.div(TRAINING.max_grad_norm, tf.add(tf.sqrt(squares), 1e-6)), 1);
      optimizer.applyGradients(Object.fromEntries(Object.entries(grads).map(([name, gradient]) => [name, tf.mul(gradient, clip)])));
      return found;
    });
    await value.data();
    value.dispose();
  };
}
