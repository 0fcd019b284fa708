/** The engine worker: models, training, generation, judging. */
import { expose } from 'comlink';
import { EngineHost } from '../src/app/host/engine.ts';

expose(new EngineHost());
