/**
 * The seven projections of a decoder layer as graphs take them: grouped by the input they read, and within a group
 * stacked to the matrices that multiply it. Queries, keys and values are one product, since they are split by heads
 * anyway; gate and up stay two, since splitting their one product again would cost a pass over memory.
 */
import type { TargetModule } from '../adapters/adapter.ts';

export const PROJECTIONS = {
  attention: { qkv: ['q_proj', 'k_proj', 'v_proj'] },
  output: { o: ['o_proj'] },
  mlp: { gate: ['gate_proj'], up: ['up_proj'] },
  down: { down: ['down_proj'] },
} as const satisfies Record<string, Record<string, readonly TargetModule[]>>;

export type ProjectionInput = keyof typeof PROJECTIONS;
export const PROJECTION_INPUTS = Object.keys(PROJECTIONS) as ProjectionInput[];

/** The stacked matrices that multiply an input, each with the projections stacked in it. */
export function stacksOf(input: ProjectionInput): [name: string, modules: readonly TargetModule[]][] {
  return Object.entries(PROJECTIONS[input]);
}

/** The projections that read an input, in stacking order. */
export function modulesOf(input: ProjectionInput): TargetModule[] {
  return stacksOf(input).flatMap(([, modules]) => modules);
}
