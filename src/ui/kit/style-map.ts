/**
 * Lit's `styleMap`, without its first rendering: that writes a `style` attribute, which the page's Content-Security-Policy forbids, where
 * properties set one by one are the script's own doing. It stands in for `lit/directives/style-map.js`, of the component library too
 * (vite.config.ts).
 */
import { noChange } from 'lit';
import { Directive, directive, type AttributePart, type DirectiveResult, type PartInfo, PartType } from 'lit/directive.js';

export type StyleInfo = Readonly<Record<string, string | number | undefined | null>>;

class StyleMap extends Directive {
  private set = new Set<string>();

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ATTRIBUTE || part.name !== 'style' || (part.strings?.length ?? 0) > 2) throw new Error('styleMap has to be all of a style attribute');
  }

  render(_style: StyleInfo): typeof noChange {
    return noChange;
  }

  override update({ element }: AttributePart, [info]: [StyleInfo]): typeof noChange {
    const { style } = element as HTMLElement;
    for (const name of this.set) if (info[name] === undefined || info[name] === null) style.removeProperty(cssName(name));
    this.set = new Set();
    for (const [name, value] of Object.entries(info)) {
      if (value === undefined || value === null) continue;
      this.set.add(name);
      style.setProperty(cssName(name), String(value));
    }
    return noChange;
  }
}

/** `backgroundColor` as `background-color`; names with a dash are names already. */
function cssName(name: string): string {
  return name.includes('-') ? name : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export const styleMap: (info: StyleInfo) => DirectiveResult<typeof StyleMap> = directive(StyleMap);
