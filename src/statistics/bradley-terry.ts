import { LabError } from '../core/errors.ts';

/** One comparison: 1 if `a` won, 0 if `b` did, 0.5 for a tie. */
export interface Game {
  a: string;
  b: string;
  score: number;
}

/** wins[i][j]: how often i beat j, ties as a half. */
type Wins = readonly Float64Array[];

const MOST_STEPS = 500;
/** Newton's step says how far the strengths still are from the maximum; far below what anybody prints. */
const CLOSE_ENOUGH = 1e-9;

/**
 * Bradley-Terry strengths of greatest likelihood by Newton's method, a tie as half a win for each. Natural logarithms with
 * mean 0: a difference of log(3) wins three games of four. Nobody where there are no games.
 *
 * (Hunter's MM algorithm, 2004, needs hundreds of thousands of rounds for a chain of lopsided games; Newton's needs twenty.)
 *
 * @throws LabError `statistics.game` for a game against oneself or a score outside 0 to 1; `statistics.unconnected` where no
 *   finite strengths exist, because some players never lost to, or never met, the rest; `statistics.unconverged`
 */
export function bradleyTerry(games: readonly Game[]): Map<string, number> {
  const players = [...new Set(games.flatMap(({ a, b }) => [a, b]))];
  const wins = winsOf(games, players);
  const beyond = players.find((_, i) => reached(wins, i).size < players.length);
  if (beyond !== undefined) {
    throw new LabError('statistics.unconnected', `There is no ranking: the games do not connect ${beyond} to all others through wins and losses.`, 'Compare more answers, until every model has won and lost against the rest directly or through others.', { player: beyond });
  }

  let strengths = new Float64Array(players.length);
  for (let step = 0; step < MOST_STEPS; step++) {
    const move = newtonStep(wins, strengths);
    const length = Math.max(0, ...move.map(Math.abs));
    strengths = ascend(wins, strengths, move);
    if (length < CLOSE_ENOUGH) return new Map(players.map((player, i) => [player, strengths[i] as number]));
  }
  throw new LabError('statistics.unconverged', `The strengths of ${players.length} players had not settled after ${MOST_STEPS} steps.`, 'Compare more answers: the games tell too little of some players.', { players });
}

function winsOf(games: readonly Game[], players: readonly string[]): Wins {
  const place = new Map(players.map((player, i) => [player, i]));
  const wins = players.map(() => new Float64Array(players.length));
  const add = (winner: string, loser: string, score: number): void => {
    const row = wins[place.get(winner) as number] as Float64Array;
    const column = place.get(loser) as number;
    row[column] = (row[column] as number) + score;
  };
  for (const [i, { a, b, score }] of games.entries()) {
    const wrong = a === b ? `is ${a} against itself` : score >= 0 && score <= 1 ? null : `has the score ${score}, which is not between 0 and 1`;
    if (wrong !== null) throw new LabError('statistics.game', `Game ${i + 1} ${wrong}.`, 'A game is between two players: 1 if the first won, 0 if the second did, 0.5 for a tie.', { game: i, a, b, score });
    add(a, b, score);
    add(b, a, 1 - score);
  }
  return wins;
}

const at = (wins: Wins, i: number, j: number): number => wins[i]?.[j] as number;

/** Chance that a player wins who is stronger by so much. */
const chance = (lead: number): number => 1 / (1 + Math.exp(-lead));

/** The step to the maximum of the likelihood's quadratic approximation; its mean is 0, as the gradient's is. */
function newtonStep(wins: Wins, strengths: Float64Array): Float64Array {
  const n = strengths.length;
  const gradient = new Float64Array(n);
  // Minus the Hessian, plus 1/n everywhere: all strengths together can move without changing the likelihood.
  const curvature = Array.from({ length: n }, () => new Float64Array(n).fill(1 / n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const played = at(wins, i, j) + at(wins, j, i);
      if (i === j || played === 0) continue;
      const lead = (strengths[i] as number) - (strengths[j] as number);
      // Wins i would take back, and those it has too few of: a difference of two large numbers where one side nearly always wins.
      gradient[i] = (gradient[i] as number) + at(wins, i, j) * chance(-lead) - at(wins, j, i) * chance(lead);
      const weight = played * chance(lead) * chance(-lead);
      const row = curvature[i] as Float64Array;
      row[i] = (row[i] as number) + weight;
      row[j] = (row[j] as number) - weight;
    }
  }
  return solve(curvature, gradient);
}

/** Along the step, half as far as long as that would lose likelihood. */
function ascend(wins: Wins, strengths: Float64Array, move: Float64Array): Float64Array<ArrayBuffer> {
  const before = likelihood(wins, strengths);
  for (let share = 1; share > 1e-6; share /= 2) {
    const next = strengths.map((strength, i) => strength + share * (move[i] as number));
    if (likelihood(wins, next) >= before - 1e-12 * Math.abs(before)) return next as Float64Array<ArrayBuffer>;
  }
  return Float64Array.from(strengths);
}

/** Logarithm of the likelihood. */
function likelihood(wins: Wins, strengths: Float64Array): number {
  let sum = 0;
  for (const [i, row] of wins.entries()) {
    for (const [j, won] of row.entries()) {
      if (won === 0) continue;
      const lead = (strengths[i] as number) - (strengths[j] as number);
      // log(1 + e^-lead), without overflow.
      sum -= won * (Math.max(0, -lead) + Math.log1p(Math.exp(-Math.abs(lead))));
    }
  }
  return sum;
}

/** Gaussian elimination with partial pivoting; both arguments are used up. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const n = right.length;
  const of = (i: number, j: number): number => matrix[i]?.[j] as number;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(of(i, k)) > Math.abs(of(pivot, k))) pivot = i;
    [matrix[k], matrix[pivot]] = [matrix[pivot] as Float64Array, matrix[k] as Float64Array];
    [right[k], right[pivot]] = [right[pivot] as number, right[k] as number];
    for (let i = k + 1; i < n; i++) {
      const factor = of(i, k) / of(k, k);
      const row = matrix[i] as Float64Array;
      for (let j = k; j < n; j++) row[j] = (row[j] as number) - factor * of(k, j);
      right[i] = (right[i] as number) - factor * (right[k] as number);
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    let rest = right[k] as number;
    for (let j = k + 1; j < n; j++) rest -= of(k, j) * (right[j] as number);
    right[k] = rest / of(k, k);
  }
  return right;
}

/** Players that can be reached from one by going from winners to losers. */
function reached(wins: Wins, from: number): Set<number> {
  const seen = new Set([from]);
  for (const i of seen) {
    for (const j of wins.keys()) if (at(wins, i, j) > 0) seen.add(j);
  }
  return seen;
}
