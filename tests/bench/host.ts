/**
 * What asking the GPU costs the thread that asks: a training step of world-dense until its commands are submitted, results
 * not waited for. Sequences are short, so that a software GPU can keep up between rounds.
 *
 * Two clocks: the wall's, which also runs while the thread waits for room in the browser's command buffer because a software
 * GPU on the same cores is slow to empty it, and the thread's own, which runs only while it works.
 */
import { createBaseModel } from '../../src/engine/models/base-model.ts';
import { LoraLayout } from '../../src/engine/models/lora.ts';
import { rowCount } from '../../src/engine/models/rows.ts';
import { Rng } from '../../src/core/rng.ts';
import { Graph, add } from '../../src/engine/onnx/index.ts';
import type { Named } from '../../src/engine/models/stored.ts';
import { type Device, type DeviceTensor, host as hostTensor, openDevice, readFloats } from '../../src/engine/runtime/index.ts';
import { BlockwiseEngine } from '../../src/engine/training/blockwise.ts';
import type { GradientEngine } from '../../src/engine/training/engine.ts';
import { blockBackward, blockForward, embedGraph, wholeGraph } from '../../src/engine/training/graphs.ts';
import { headGraph } from '../../src/engine/training/head.ts';
import { joinBatches } from '../../src/engine/training/inputs.ts';
import { loraEngine } from '../../src/engine/training/whole.ts';
import { LORA, WORLD_DENSE, madeUp, randomBatch } from './shapes.ts';

const TOKENS = 4;

export interface HostTimes {
  /** Nodes that a step runs. */
  nodes: number;
  /** Milliseconds of every round until everything is submitted. */
  times: number[];
  /** The same in milliseconds of processor time of this thread; empty where nobody can tell. */
  processor: number[];
  /** Milliseconds of every round until its losses are read, which the GPU has then computed. */
  read: number[];
}

/**
 * Of the step as one captured graph, and layer by layer.
 * @param threadTime milliseconds of processor time that this thread has had
 */
export async function hostTimes(rounds: number, threadTime: () => Promise<number | null>, given?: Device): Promise<Record<'captured' | 'layer by layer', HostTimes>> {
  const device = given ?? (await openDevice('webgpu'));
  const model = await createBaseModel(madeUp(WORLD_DENSE), device);
  const layout = new LoraLayout(LORA, WORLD_DENSE);
  const rows = { adapters: 1, batch: 1, length: TOKENS };
  const shape = { model, layout, rows, dropout: 0 };
  const adapters = device.upload(hostTensor('float32', [model.layers.length, 1, layout.size], new Float32Array(model.layers.length * layout.size).fill(0.01)));
  const inputs = joinBatches([randomBatch(new Rng(1), TOKENS)], rows);
  const g = new Graph('nothing');
  g.output('y', add(g.input('x', 'float32', [1]), 1));
  const nothing = await device.program(g).bind({});
  /** Takes the pause that the device leaves to the event loop now and then, so that none falls into what is timed. */
  const pause = async (): Promise<void> => {
    const outputs = await nothing.run({ x: hostTensor('float32', [1], new Float32Array(1)) });
    await readFloats(outputs.get('y'));
    outputs.dispose();
  };
  // Asking for the thread's time costs some of it, and so does the pause, which has to be the last thing before what is timed.
  const asking: number[] = [];
  for (let i = 0; i < 20; i++) {
    const before = await threadTime();
    await pause();
    const after = await threadTime();
    if (before !== null && after !== null) asking.push(after - before);
  }
  const overhead = asking.toSorted((a, b) => a - b)[asking.length >> 1] ?? 0;
  const timed = async (engine: GradientEngine, nodes: number): Promise<HostTimes> => {
    const [times, processor, read]: [number[], number[], number[]] = [[], [], []];
    // The first runs compile and record.
    for (let round = -2; round < rounds; round++) {
      // What is left of the step before.
      await pause();
      const before = await threadTime();
      await pause();
      const started = performance.now();
      const { gradients, losses } = await engine.gradients(adapters, inputs, [1], {});
      const took = performance.now() - started;
      const after = await threadTime();
      if (round >= 0) times.push(took);
      if (round >= 0 && before !== null && after !== null) processor.push(Math.max(0, after - before - overhead));
      await losses;
      if (round >= 0) read.push(performance.now() - started);
      gradients.dispose();
    }
    await engine.dispose();
    return { nodes, times, processor, read };
  };
  const size = (graph: { nodes: readonly unknown[] }): number => graph.nodes.length;
  const whole = size(wholeGraph(shape, true, { count: rowCount(rows), open: false }));
  const layers = model.layers.length;
  const first = model.layers[0] as Named<DeviceTensor>;
  const backward = (wantsInput: boolean): number => size(blockBackward(shape, first, 'full_attention', wantsInput));
  const byLayer = size(embedGraph(shape)) + layers * size(blockForward(shape, first, 'full_attention', false)) + (layers - 1) * backward(true) + backward(false) + size(headGraph(shape, { count: TOKENS, open: false }, true));
  return { captured: await timed(loraEngine(shape), whole), 'layer by layer': await timed(new BlockwiseEngine(shape), byLayer) };
}
