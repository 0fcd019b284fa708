/** Compares each case's gradients with central differences, on a device, inside the page. */
import { LabError } from '../../src/core/errors.ts';
import { Rng } from '../../src/core/rng.ts';
import { Graph, type Value, elements, gradients, mul, reduceSum } from '../../src/engine/onnx/index.ts';
import { RULES } from '../../src/engine/onnx/rules.ts';
import { type Device, host, readFloats } from '../../src/engine/runtime/index.ts';
import { type Kind, keptDevice } from '../kept-device.ts';
import { CASES, type Case } from './cases.ts';

export interface Checked {
  rule: string;
  title: string;
  /** Largest difference over all trained numbers, relative to the largest gradient. */
  error: number;
  /** Whether the graph really contains the rule's op. */
  contains: boolean;
  /** The device has no kernel for the gradient, and said so. */
  refused?: true;
  problem?: string;
}

/** Rules of the table that no case names. */
export function uncovered(): string[] {
  return Object.keys(RULES).filter((rule) => !CASES.some((candidate) => candidate.rule === rule));
}

export async function check(kind: Kind, rules?: string[]): Promise<Checked[]> {
  const device = await keptDevice(kind);
  const results: Checked[] = [];
  for (const candidate of CASES) {
    if (rules && !rules.includes(candidate.rule)) continue;
    try {
      results.push(await checkOne(candidate, device));
    } catch (error) {
      results.push({ rule: candidate.rule, title: candidate.title, error: Number.POSITIVE_INFINITY, contains: false, problem: String(error) });
    }
  }
  return results;
}

/** The numbers are float32, so a step too small drowns in rounding and one too large in curvature. */
const STEP = 1e-2;

async function checkOne(candidate: Case, device: Device): Promise<Checked> {
  if (candidate.codes && !device.multipliesQuantized) return refused(candidate, device);
  const rng = new Rng(`${candidate.rule}/${candidate.title}`);
  const { g, r, contains } = forwardGraph(candidate, rng);
  const [forward, backward] = [device.program(g), device.program(gradientGraph(candidate, r, g))];
  const f = await forward.bind({});
  const values = candidate.inputs.map(({ shape, range: [low, high] = [-1, 1] }) => Float32Array.from({ length: elements(shape) }, () => low + (high - low) * rng.float()));
  const feed = (arrays: Float32Array[]) => Object.fromEntries(arrays.map((data, i) => [`x${i}`, host('float32', candidate.inputs[i]?.shape ?? [], data)]));
  const evaluate = async (arrays: Float32Array[]): Promise<number> => {
    const outputs = await f.run(feed(arrays));
    const [value] = await readFloats(outputs.get('f'));
    outputs.dispose();
    return value as number;
  };

  const outputs = await (await backward.bind({})).run(feed(values));
  const derived = await Promise.all(values.map((_, i) => readFloats(outputs.get(`d${i}`))));
  let worst = 0;
  let scale = 0;
  for (const [i, array] of values.entries()) {
    for (let j = 0; j < array.length; j++) {
      const moved = async (step: number): Promise<number> => evaluate(values.map((own, at) => (at === i ? own.map((x, k) => (k === j ? x + step : x)) : own)));
      // Fourth-order central difference.
      const numeric = (8 * ((await moved(STEP)) - (await moved(-STEP))) - ((await moved(2 * STEP)) - (await moved(-2 * STEP)))) / (12 * STEP);
      worst = Math.max(worst, Math.abs(numeric - (derived[i]?.[j] as number)));
      scale = Math.max(scale, Math.abs(numeric));
    }
  }
  await Promise.all([forward.dispose(), backward.dispose()]);
  return { rule: candidate.rule, title: candidate.title, error: worst / scale, contains };
}

/** A gradient that the device has no kernel for: computed all the same it would be another one. */
function refused(candidate: Case, device: Device): Checked {
  const { g, r, contains } = forwardGraph(candidate, new Rng(candidate.title));
  const checked = { rule: candidate.rule, title: candidate.title, error: 0, contains };
  try {
    device.program(gradientGraph(candidate, r, g));
  } catch (error) {
    if (error instanceof LabError && error.code === 'runtime.turned') return { ...checked, refused: true };
    throw error;
  }
  return { ...checked, problem: 'was not refused' };
}

/** f = sum of y times r, drawn at random: no entry of y's cotangent is like another. */
function forwardGraph(candidate: Case, rng: Rng): { g: Graph; r: Value; contains: boolean } {
  const g = new Graph(`${candidate.rule}: ${candidate.title}`);
  const inputs = candidate.inputs.map(({ shape }, i) => g.input(`x${i}`, 'float32', shape));
  const y = candidate.build(inputs, g);
  const contains = g.tape.some((node) => node.op === candidate.rule);
  const r = g.constant(Array.from({ length: elements(y.shape) }, () => 2 * rng.float() - 1), 'float32', y.shape);
  g.output('f', reduceSum(mul(y, r), y.shape.map((_, i) => i)));
  return { g, r, contains };
}

function gradientGraph(candidate: Case, r: Value, original: Graph): Graph {
  const g = new Graph(`gradient of ${candidate.rule}: ${candidate.title}`);
  const inputs = candidate.inputs.map(({ shape }, i) => g.input(`x${i}`, 'float32', shape));
  const y = candidate.build(inputs, g);
  const data = original.constants.find((constant) => constant.value === r)?.data as Uint8Array;
  const cotangent = g.constant(new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4), 'float32', r.shape);
  gradients([y], [cotangent], inputs).forEach((gradient, i) => g.output(`d${i}`, gradient));
  return g;
}
