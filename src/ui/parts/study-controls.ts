/** The verbs a study answers to in its present state; the one that was asked for turns until the study has heard it. */
import { html, type TemplateResult } from 'lit';
import { icon, type IconName } from '../kit/icons.ts';
import type { Store, Verb } from '../store.ts';
import type { StudyState } from '../../records/study.ts';

interface Control {
  verb: Verb;
  name: string;
  icon: IconName;
  /** The saffron one. */
  main?: boolean;
}

const PAUSE: Control = { verb: 'pause', name: 'Pause', icon: 'pause' };
const CANCEL: Control = { verb: 'cancel', name: 'Cancel', icon: 'stop' };

const CONTROLS: Readonly<Record<StudyState['status'], readonly Control[]>> = {
  ready: [{ verb: 'start', name: 'Start', icon: 'play', main: true }],
  running: [PAUSE, CANCEL],
  pausing: [PAUSE, CANCEL],
  paused: [{ verb: 'start', name: 'Continue', icon: 'play', main: true }, CANCEL],
  failed: [{ verb: 'retry', name: 'Try again', icon: 'retry', main: true }, CANCEL],
  cancelled: [],
  done: [],
};

export function studyControls(store: Store, { id, status, name }: StudyState): TemplateResult {
  const asked = status === 'pausing' ? 'pause' : store.asked.get(id);
  return html`${CONTROLS[status].map((control) => html`<wa-button
    class=${control.main ? 'cta' : ''}
    variant=${control.main ? 'brand' : 'neutral'}
    appearance=${control.main ? 'accent' : control === CANCEL ? 'plain' : 'outlined'}
    ?loading=${asked === control.verb}
    ?disabled=${asked !== undefined}
    @click=${() => void store.command(id, control.verb)}
  >${icon(control.icon, 'start')}${control.name}<span class="only-read"> ${name}</span></wa-button>`)}`;
}
