/** Where the lab is served: the built page when the test run has one, the sources otherwise. */
const port = Number(process.env['PINCH_PORT'] ?? 4174);

export const built = !['none', 'dev'].includes(process.env['PINCH_SERVERS'] ?? 'all');
export const product = `http://localhost:${built ? port + 1 : port}/`;
