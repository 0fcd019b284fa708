/**
 * How errors, abort signals and callbacks cross to a worker and back. Imported on both sides: Comlink's handlers are a
 * global of each thread.
 */
import { proxy, transferHandlers, type TransferHandler } from 'comlink';
import { LabError, type ErrorRecord } from '../core/errors.ts';

interface Thrown {
  value: unknown;
}
type ThrownRecord = { kind: 'lab'; record: ErrorRecord } | { kind: 'abort'; message: string } | { kind: 'other'; name: string; message: string; stack?: string };

/** Comlink's own handler knows which values were thrown (by a private symbol); only what becomes of them is changed. */
const thrownHandler = transferHandlers.get('throw') as TransferHandler<Thrown, unknown>;

/** Errors cross as records and are thrown again as what they were, so that a page can show code, message and hint. */
const throwHandler: TransferHandler<Thrown, ThrownRecord> = {
  canHandle: (value): value is Thrown => thrownHandler.canHandle(value),
  serialize: ({ value }) => [describe(value), []],
  deserialize: (record) => {
    switch (record.kind) {
      case 'lab':
        throw LabError.fromRecord(record.record);
      case 'abort':
        throw new DOMException(record.message, 'AbortError');
      case 'other':
        throw new LabError('app.unexpected', `Something went wrong that the lab did not expect: ${record.message}`, 'Reload the page; everything stored is kept. If it happens again, the message helps to find the fault.', { name: record.name, stack: record.stack });
    }
  },
};

function describe(value: unknown): ThrownRecord {
  if (value instanceof LabError) return { kind: 'lab', record: clonable(value.toRecord()) };
  if (value instanceof Error || value instanceof DOMException) {
    return value.name === 'AbortError' ? { kind: 'abort', message: value.message } : { kind: 'other', name: value.name, message: value.message, stack: value.stack };
  }
  return { kind: 'other', name: typeof value, message: String(value) };
}

/** An error's data may hold anything; what cannot cross is left out rather than hiding the error itself. */
function clonable(record: ErrorRecord): ErrorRecord {
  try {
    return structuredClone(record);
  } catch {
    return { ...record, data: {} };
  }
}

/** A signal crosses as the port on which its abort will be told. */
const signalHandler: TransferHandler<AbortSignal, { aborted: boolean; port: MessagePort }> = {
  canHandle: (value): value is AbortSignal => value instanceof AbortSignal,
  serialize(signal) {
    const { port1, port2 } = new MessageChannel();
    signal.addEventListener('abort', () => port1.postMessage('abort'), { once: true });
    return [{ aborted: signal.aborted, port: port2 }, [port2]];
  },
  deserialize({ aborted, port }) {
    const controller = new AbortController();
    if (aborted) controller.abort();
    port.addEventListener('message', () => controller.abort(), { once: true });
    port.start();
    return controller.signal;
  },
};

transferHandlers.set('throw', throwHandler as TransferHandler<unknown, unknown>);
transferHandlers.set('abort-signal', signalHandler as TransferHandler<unknown, unknown>);

/** An argument as it can cross: functions as proxies, the rest as it is. */
export function wired(argument: unknown): unknown {
  return typeof argument === 'function' ? proxy(argument as () => unknown) : argument;
}
