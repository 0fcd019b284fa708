/**
 * What this page lets become code or markup, where the browser asks (Trusted Types): scripts of its own origin, for workers, and the
 * icons that the component library draws. Everything else that tries is refused; what a person or a model wrote is text.
 */

/** An element and attributes that an icon of ui/kit/icons.ts has, as we write it and as a browser writes it again. */
const ICON = /^<svg(?: (?:xmlns|viewBox|fill|stroke|stroke-width|stroke-linecap|stroke-linejoin)="[\w ./:-]*")+>(?:<path d="[\w .,-]*"(?:\/>|><\/path>))+<\/svg>$/;

export function isIcon(markup: string): boolean {
  return ICON.test(markup);
}

/** Whether a script lies below the page's own folder. */
export function isOwnScript(address: string, page: string): boolean {
  const [script, folder] = [new URL(address, page), new URL('.', page)];
  return script.origin === folder.origin && script.pathname.startsWith(folder.pathname);
}

interface Policies {
  createPolicy(name: string, rules: { createHTML(text: string): string; createScriptURL(text: string): string }): unknown;
}

/** Called once, before anything else: the policy named `default` is asked wherever a plain string is given. */
export function trustOnlyOwn(page = document.baseURI): void {
  const refuse = (what: string): never => {
    throw new TypeError(`${what} is not the lab's own`);
  };
  (globalThis as { trustedTypes?: Policies }).trustedTypes?.createPolicy('default', {
    createHTML: (text) => (isIcon(text) ? text : refuse('This markup')),
    createScriptURL: (text) => (isOwnScript(text, page) ? text : refuse(`The script ${text}`)),
  });
}
