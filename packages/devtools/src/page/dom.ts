type Child = Node | string | undefined;

/** Makes an element. What begins with `on` is listened to; the rest are attributes. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | boolean | ((event: never) => unknown)>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** Says what an element says, where that has changed. */
export function say(element: Element | undefined, text: string): void {
  const told = plain(text);
  if (element !== undefined && element.textContent !== told) element.textContent = told;
}

/** With the controls written out by which a peer's text would turn round what stands beside it (Unicode's UAX #9). */
export function plain(text: string): string {
  return text.replaceAll(
    /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export function classed(element: Element | undefined, name: string): void {
  if (element !== undefined && element.className !== name) element.className = name;
}

export function pretty(value: unknown): string {
  return plain(JSON.stringify(value, undefined, 2) ?? "");
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

/** `12:03:44.120` */
export function clock(at: number): string {
  const date = new Date(at);
  const thousandths = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${thousandths}`;
}

export function ms(value: number): string {
  return value >= 1_000 ? `${(value / 1_000).toFixed(2)} s` : `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

export function bytes(value: number): string {
  return value < 1_024
    ? `${value} B`
    : value < 1_048_576
      ? `${(value / 1_024).toFixed(1)} KiB`
      : `${(value / 1_048_576).toFixed(1)} MiB`;
}

/** `3 min` */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1_000));
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3_600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}
