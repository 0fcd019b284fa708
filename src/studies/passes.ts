/**
 * A group's cells are trained in one pass; where memory does not suffice for so many adapters at once, even a sequence at a
 * time, in two of half as many, and so on. Which pass a cell belongs to is stored with it, so that a run that goes on knows.
 */
import type { CheckpointRow } from '../storage/index.ts';
import type { Group } from './cell.ts';
import type { RunContext } from './context.ts';

/** Some of a group's cells, trained together. */
export interface Pass extends Group {
  /** The adapters that memory did not suffice for, where the group is trained in several passes. */
  wanted?: number;
}

/** @param passOf the pass that is stored of a cell */
export function passesOf(group: Group, passOf: (cell: string) => string | undefined): Pass[] {
  const passes = new Map<string, string[]>();
  for (const cell of group.cells) {
    const id = passOf(cell) ?? group.id;
    passes.set(id, [...(passes.get(id) ?? []), cell]);
  }
  return [...passes].map(([id, cells]) => ({ ...group, id, cells, ...(id === group.id ? {} : { wanted: group.cells.length }) }));
}

/** Makes two passes of one; each takes its part of the checkpoint along. @param cells those that are to be trained still */
export async function halve({ live, store }: RunContext, pass: Pass, cells: readonly string[]): Promise<void> {
  const middle = Math.ceil(cells.length / 2);
  const halves = [cells.slice(0, middle), cells.slice(middle)].map((own, i) => ({ id: `${pass.id}.${i + 1}`, own }));
  const checkpoint = await store.studies.checkpoint(live.id, pass.id);
  if (checkpoint) for (const { id, own } of halves) await store.studies.putCheckpoint(partOf(checkpoint, id, own));
  for (const { id, own } of halves) for (const cell of own) live.updateCell(cell, { pass: id });
  await live.save();
  // Only now: a run that ends before this finds the whole as it was.
  await store.studies.removeCheckpoint(live.id, pass.id);
}

function partOf({ cells, tokens, trainer, watched, ...row }: CheckpointRow, group: string, own: readonly string[]): CheckpointRow {
  const places = own.map((cell) => cells.indexOf(cell));
  const those = <T>(all: readonly T[]): T[] => places.map((place) => all[place] as T);
  return { ...row, group, cells: [...own], tokens: those(tokens), trainer: { ...trainer, adapters: those(trainer.adapters) }, ...(watched ? { watched: those(watched) } : {}) };
}
