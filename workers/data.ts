/** The data worker: imports, queries, statistics, exports. */
import { expose } from 'comlink';
import { DataHost } from '../src/app/host/data.ts';

expose(new DataHost());
