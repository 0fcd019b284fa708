// node tools/bench-cost.mjs [--rounds=9 --passes=5 --out=docs/images/cost.svg]: what a step of world-dense costs as its sequences, its
// adapters or its layers grow, on WASM. Prints the medians and draws them.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openBenchPage } from './bench-page.mjs';
import { JSON_OPTION, row, saveResult } from './bench-result.mjs';

const { values: args } = parseArgs({ options: { ...JSON_OPTION, rounds: { type: 'string', default: '9' }, passes: { type: 'string', default: '5' }, out: { type: 'string', default: 'docs/images/cost.svg' }, port: { type: 'string', default: process.env.PINCH_PORT ?? '4196' } } });
const TITLES = { tokens: 'tokens a sequence', adapters: 'adapters at once', layers: 'layers' };

const bench = await openBenchPage({ port: Number(args.port) });
let found;
try {
  found = await bench.page.evaluate(async (request) => (await import('/tests/bench/cost.ts')).cost(request), { tokens: [16, 32, 64, 128, 256, 512], adapters: [1, 2, 4, 6, 9, 12], layers: [1, 2, 4, 6, 9, 12], rounds: Number(args.rounds), passes: Number(args.passes) });
} finally {
  await bench.close();
}
for (const [axis, points] of Object.entries(found)) console.log(`${axis.padEnd(10)}${points.map(([value, ms]) => `${value}: ${ms.toFixed(1)} ms`).join('   ')}`);
writeFileSync(args.out, draw(found));
saveResult(args.json, Object.entries(found).flatMap(([axis, points]) => points.map(([value, ms]) => row({ what: `world-dense, ${value} ${TITLES[axis]}`, unit: 'ms a step', ours: ms, runs: Number(args.rounds) * Number(args.passes) }))));

/** Three panels side by side, each from zero, readable on light and dark. */
function draw(panels) {
  const [width, height, left, top, gap] = [250, 170, 46, 34, 40];
  const ink = '#64748b';
  const parts = Object.entries(panels).map(([axis, points], i) => {
    const [mostX, mostY] = [Math.max(...points.map(([x]) => x)), 1.08 * Math.max(...points.map(([, y]) => y))];
    const at = ([x, y]) => [left + (x / mostX) * (width - left), top + height - (y / mostY) * height];
    const line = points.map((point) => at(point).map((n) => n.toFixed(1)).join(',')).join(' ');
    const marks = points.map((point) => { const [x, y] = at(point); return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3.5" fill="#0f766e"><title>${point[0]} ${TITLES[axis]}: ${point[1].toFixed(1)} ms</title></circle>`; }).join('');
    const label = points.at(-1);
    const [x, y] = at(label);
    const ticks = points.filter(([value]) => value === mostX || value >= mostX / 4).map((point) => `<text x="${at(point)[0].toFixed(1)}" y="${top + height + 16}" text-anchor="middle">${point[0]}</text>`).join('');
    return `<g transform="translate(${i * (width + gap)} 0)"><text x="${left}" y="18" font-weight="600">ms a step, by ${TITLES[axis]}</text><path d="M${left} ${top}V${top + height}H${width}" fill="none" stroke="${ink}"/><text x="${left - 6}" y="${top + height}" text-anchor="end">0</text><text x="${left - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${label[1].toFixed(0)}</text><path d="M${left} ${y.toFixed(1)}H${x.toFixed(1)}" stroke="${ink}" stroke-dasharray="2 4"/><polyline points="${line}" fill="none" stroke="#0f766e" stroke-width="2"/>${marks}${ticks}</g>`;
  });
  const total = [3 * (width + gap) - gap + 14, top + height + 28];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total.join(' ')}" width="${total[0]}" height="${total[1]}" role="img" aria-label="Milliseconds a step by tokens, adapters and layers" font-family="system-ui, sans-serif" font-size="12" fill="${ink}">${parts.join('')}</svg>\n`;
}
