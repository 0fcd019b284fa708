/** LoRA adapters from elsewhere: PEFT's two files or a zip of them, kept to start a study from or to be graded. */
import { checkAdapter, completed } from '../../engine/adapters/adapter.ts';
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, readAdapter, unzipAdapter } from '../../engine/adapters/peft.ts';
import { LabError } from '../../core/errors.ts';
import { parseConfig } from '../../engine/models/config.ts';
import type { Store } from '../../storage/index.ts';
import type { Manifest } from '../../records/manifest.ts';
import type { AdaptersApi } from '../facade.ts';
import { freeId } from './ids.ts';
import type { ModelLibrary } from './models.ts';
import type { Adapter, AdapterSummary } from '../../records/adapter.ts';

export class AdapterLibrary implements AdaptersApi {
  constructor(private readonly store: Store) {}

  async list(): Promise<AdapterSummary[]> {
    return (await this.store.adapters.list()).map(({ id, adapter }) => summary(id, adapter));
  }

  /** @throws LabError `adapters.files`, and what `readAdapter` and `unzipAdapter` throw; `storage.quota` */
  async importFiles(files: readonly File[], name?: string): Promise<AdapterSummary> {
    const find = (suffix: string): File | undefined => {
      const found = files.filter((file) => file.name.endsWith(suffix));
      if (found.length > 1) throw new LabError('adapters.files', `There are several adapters among these files: ${found.map((file) => file.webkitRelativePath || file.name).join(', ')}.`, 'Bring them in one after another.');
      return found[0];
    };
    const [zip, config, weights] = [find('.zip'), find(ADAPTER_CONFIG), find(ADAPTER_WEIGHTS)];
    const bytes = async (file: File): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());
    if (!zip && !(config && weights)) throw new LabError('adapters.files', `There is no adapter among these files (${files.map((file) => file.name).join(', ') || 'none'}).`, `Choose ${ADAPTER_CONFIG} and ${ADAPTER_WEIGHTS} together, or a zip of them.`);
    const adapter = zip ? unzipAdapter(await bytes(zip)) : readAdapter({ [ADAPTER_CONFIG]: await bytes(config as File), [ADAPTER_WEIGHTS]: await bytes(weights as File) });
    const folder = weights?.webkitRelativePath.split('/').at(-2);
    const id = freeId(name ?? folder ?? zip?.name.replace(/\.zip$/, '') ?? 'adapter', (await this.list()).map((one) => one.id));
    await this.store.adapters.put(id, adapter, (zip ?? (weights as File)).size);
    return summary(id, adapter);
  }

  async remove(id: string): Promise<void> {
    await this.store.adapters.remove(id);
  }

  /**
   * The adapter that a study starts from, and the manifest with that adapter's rank, scale and modules in place of its own.
   * @throws LabError `studies.unknown`; `adapters.mismatch` where it does not belong to a model of the study
   */
  async initial(manifest: Manifest, models: ModelLibrary): Promise<{ manifest: Manifest; init: Adapter | null }> {
    const { init_adapter: id } = manifest;
    if (id === null) return { manifest, init: null };
    const init = await this.store.adapters.get(id);
    if (!init) throw new LabError('studies.unknown', `The manifest's init_adapter "${id}" is not in this browser.`, 'Import the adapter first, or correct the name.', { id });
    let whole = init;
    for (const model of manifest.models) {
      const config = parseConfig(await (await models.files(model)).json('config.json'));
      checkAdapter(whole, config, `The adapter "${id}"`);
      whole = completed(whole, config);
    }
    const { r, lora_alpha, use_rslora = false, use_dora = false, target_modules } = init.config;
    return { manifest: { ...manifest, lora: { ...manifest.lora, r, lora_alpha, use_rslora, use_dora, target_modules } }, init: whole };
  }
}

function summary(id: string, { config, tensors }: Adapter): AdapterSummary {
  const parameters = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  return { id, r: config.r, lora_alpha: config.lora_alpha, use_rslora: config.use_rslora ?? false, use_dora: config.use_dora ?? false, modules: [...config.target_modules], parameters, bytes: 4 * parameters };
}
