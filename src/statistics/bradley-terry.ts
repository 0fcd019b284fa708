import { LabError } from '../core/errors.ts';

/** One comparison: 1 if `a` won, 0 if `b` did, 0.5 for a tie. */
export interface Game {
  a: string;
  b: string;
  score: number;
}

/**
 * Bradley-Terry strengths by Hunter's MM algorithm (2004, "MM algorithms for generalized Bradley-Terry models"), a tie as half a
 * win for each. Natural logarithms with mean 0: a difference of log(3) wins three games of four.
 *
 * Throws `statistics.unconnected` where no finite strengths exist: when some of the players never lost to, or never met, the rest.
 */
export function bradleyTerry(games: readonly Game[]): Map<string, number> {
  const players = [...new Set(games.flatMap(({ a, b }) => [a, b]))];
  const place = new Map(players.map((player, i) => [player, i]));
  const wins = players.map(() => players.map(() => 0));
  const add = (winner: string, loser: string, score: number): void => {
    const row = wins[place.get(winner) as number] as number[];
    const column = place.get(loser) as number;
    row[column] = (row[column] as number) + score;
  };
  for (const { a, b, score } of games) {
    add(a, b, score);
    add(b, a, 1 - score);
  }
  const beyond = players.find((_, i) => reached(wins, i).size < players.length);
  if (beyond !== undefined) {
    throw new LabError('statistics.unconnected', `There is no ranking: the games do not connect ${beyond} to all others through wins and losses.`, 'Compare more answers, until every model has won and lost against the rest directly or through others.', { player: beyond });
  }

  const won = wins.map((row) => row.reduce((sum, n) => sum + n, 0));
  let strength = players.map(() => 1);
  for (let iteration = 0; iteration < 10_000; iteration++) {
    const next = players.map((_, i) => {
      const met = players.reduce((sum, __, j) => (i === j ? sum : sum + at(wins, i, j, true) / ((strength[i] as number) + (strength[j] as number))), 0);
      return (won[i] as number) / met;
    });
    const scale = Math.exp(next.reduce((sum, p) => sum + Math.log(p), 0) / next.length);
    const scaled = next.map((p) => p / scale);
    const moved = Math.max(...scaled.map((p, i) => Math.abs(Math.log(p / (strength[i] as number)))));
    strength = scaled;
    if (moved < 1e-10) break;
  }
  return new Map(players.map((player, i) => [player, Math.log(strength[i] as number)]));
}

function at(wins: readonly (readonly number[])[], i: number, j: number, both = false): number {
  return (wins[i]?.[j] ?? 0) + (both ? (wins[j]?.[i] ?? 0) : 0);
}

/** Players that can be reached from one by going from winners to losers. */
function reached(wins: readonly (readonly number[])[], from: number): Set<number> {
  const seen = new Set([from]);
  for (const i of seen) {
    for (const j of wins.keys()) if (at(wins, i, j) > 0) seen.add(j);
  }
  return seen;
}
