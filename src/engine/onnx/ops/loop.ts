/** Repetition inside a graph. Only the CPU runs it, so only graphs for WASM may contain it. */
import { body as bodyOf, Graph } from '../graph.ts';
import { describe, sameShape, shapeError } from '../value.ts';
import type { Value } from '../graph.ts';

export interface LoopOptions {
  name: string;
  /** int64 []: iterations at most. */
  trips: Value;
  /** bool []: whether to begin at all. */
  condition: Value;
  /** What goes round: the first iteration sees these, each next one what the one before it returned. */
  state: readonly Value[];
  /** Axes of the state (by its index) whose size may change from one iteration to the next: see `Graph.input`. */
  open?: Readonly<Record<number, Record<number, string>>>;
  /**
   * Builds the body. Values of the graph around it are had through `body.capture`, parameters as usual.
   * @param iteration int64 [], counting from 0
   * @returns whether to go on (bool []), and the state in the same order and shapes
   */
  body(body: Graph, iteration: Value, state: Value[]): { condition: Value; state: readonly Value[] };
}

/** @returns the state after the last iteration */
export function loop({ name, trips, condition, state, open = {}, body: build }: LoopOptions): Value[] {
  const graph = trips.graph;
  const body = new Graph(name, graph);
  const iteration = body.input(`${name}/iteration`, 'int64', []);
  // A body must take the condition, though nothing in it asks.
  body.input(`${name}/condition`, 'bool', []);
  const before = state.map((value, i) => body.input(`${name}/state_${i}`, value.dtype, value.shape, open[i]));
  const after = build(body, iteration, before);
  if (after.condition.dtype !== 'bool' || after.condition.shape.length !== 0) throw shapeError('Loop', `the condition is ${describe(after.condition)}, not bool[]`);
  if (after.state.length !== state.length) throw shapeError('Loop', `${state.length} values go in and ${after.state.length} come out`);
  body.output(`${name}/go_on`, after.condition);
  after.state.forEach((value, i) => {
    const start = state[i] as Value;
    if (value.dtype !== start.dtype || !sameShape(value.shape, start.shape)) throw shapeError('Loop', `state ${i} goes in as ${describe(start)} and comes out as ${describe(value)}`);
    body.output(`${name}/next_${i}`, value);
  });
  return graph.append('Loop', [trips, condition, ...state], state.map(({ dtype, shape }) => ({ dtype, shape })), { body: bodyOf(body) });
}
