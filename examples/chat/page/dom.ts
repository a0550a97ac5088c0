/** The element of this id, known to be of this class. */
export function find<E extends HTMLElement = HTMLElement>(
  id: string,
  type: new () => E = HTMLElement as unknown as new () => E,
): E {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} #${id}`);
  return element;
}

/** A new element. Strings become text nodes, never markup, so what users write stays text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...children);
  return element;
}

/** Sets the text only where it differs, so that live regions announce nothing twice. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
