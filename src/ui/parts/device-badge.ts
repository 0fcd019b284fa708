/** Where the engine runs, and on a click why there and whether its self-test held. */
import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { DeviceReport, OwnKernel } from '../../app/facade.ts';
import { icon } from '../kit/icons.ts';
import { decimal, rate } from '../numbers.ts';
import { View } from '../view.ts';

const KINDS: Readonly<Record<DeviceReport['kind'], string>> = { webgpu: 'WebGPU', wasm: 'WASM' };

@customElement('pinch-device-badge')
export class DeviceBadge extends View {
  protected override render(): TemplateResult {
    const { device, deviceFailed } = this.store;
    const name = device ? `${KINDS[device.kind]}${device.kind === 'wasm' ? ` × ${device.threads}` : ''}` : deviceFailed ? 'No engine' : 'Starting';
    return html`
      <button type="button" class="badge" id="device" data-tone=${deviceFailed || device?.selfTest.passed === false ? 'bad' : 'plain'} aria-haspopup="dialog">
        ${icon('chip')}<span class="badge-name"><span class="only-read">Compute device: </span>${name}</span>
      </button>
      <wa-popover for="device" placement="bottom-end" aria-label="Compute device">${device ? about(device) : html`<p>${deviceFailed ? 'The compute engine did not start; reload the page to try again.' : 'The compute engine is starting.'}</p>`}</wa-popover>
    `;
  }
}

const KERNELS: Readonly<Record<OwnKernel, string>> = {
  products: 'matrix products',
  'few-rows': 'products of a few rows',
  quantised: 'products with int4 and int8 weights',
};

/** Which computations are the lab's, and whose the others are. */
function kernels({ stockProducts, ownKernels = [] }: DeviceReport): string {
  if (stockProducts) return `ONNX Runtime’s alone: ${stockProducts}`;
  const own = ownKernels.map((kernel) => KERNELS[kernel]).join(', ');
  return ownKernels.length === Object.keys(KERNELS).length ? `the lab’s: ${own}` : `the lab’s: ${own}; the others are ONNX Runtime’s`;
}

function about(device: DeviceReport): TemplateResult {
  const { selfTest } = device;
  return html`<div class="stack-tight small">
    <strong>${device.name}</strong>
    <p>${device.reason}</p>
    <dl class="facts">
      <dt>Runs on</dt><dd>${KINDS[device.kind]}</dd>
      <dt>Threads</dt><dd class="num">${device.threads}</dd>
      ${device.stockProducts === undefined ? '' : html`<dt>Kernels</dt><dd>${kernels(device)}</dd>`}
      <dt>Isolated page</dt><dd>${device.crossOriginIsolated ? 'yes' : 'no: one thread only'}</dd>
      <dt>Self-test</dt><dd>${selfTest.passed ? 'passed' : 'failed'}, largest relative error <span class="num">${rate(selfTest.maxRelativeError)}</span>, <span class="num">${decimal(selfTest.milliseconds, 0)}&nbsp;ms</span></dd>
    </dl>
  </div>`;
}
