/** The graphs of a step that goes layer by layer, each compiled when it is first used. */
import type { Named } from '../models/stored.ts';
import type { Device, DeviceTensor, Program, Session } from '../runtime/index.ts';

/** A program's sessions, made when first used. `key` tells bindings apart. */
export class Sessions {
  private readonly programs = new Map<string, Program>();
  private readonly sessions = new Map<string, Promise<Session>>();

  constructor(private readonly device: Device) {}

  /**
   * @param capture for graphs without copies between buffers, see `ProgramOptions`; of several bindings on WebGPU `layers` copies
   * the weights in, of only one `once` has them where they are
   */
  get(name: string, graph: () => Parameters<Device['program']>[0], bindings: Named<DeviceTensor>, { key = '', capture }: { key?: string; capture?: 'layers' | 'once' } = {}): Promise<Session> {
    const known = this.sessions.get(`${name}/${key}`);
    if (known) return known;
    let program = this.programs.get(name);
    if (!program) {
      program = this.device.program(graph(), { shared: this.device.kind === 'wasm' || capture === 'layers', capture: capture !== undefined });
      this.programs.set(name, program);
    }
    const session = program.bind(bindings);
    this.sessions.set(`${name}/${key}`, session);
    return session;
  }

  async dispose(): Promise<void> {
    for (const program of this.programs.values()) await program.dispose();
  }
}
