import { el, plain, pretty } from "./dom.ts";

/** UTF-16 units of a title; a longer one stands below the facts as a whole. */
const MAX_TITLE = 200;

/** The pane beside a list that says all of a row. */
export class Detail {
  /** The list and, where there is one, the pane. */
  readonly element: HTMLElement;
  private pane: HTMLElement | undefined = undefined;
  private readonly closed: () => void;

  constructor(list: HTMLElement, closed: () => void) {
    this.closed = closed;
    this.element = el("div", { class: "panes" }, list);
  }

  show(title: string, facts: Readonly<Record<string, string | null | undefined>>, ...more: readonly Node[]): void {
    const list = el("dl");
    for (const [name, value] of Object.entries(facts)) {
      if (value !== undefined && value !== null && value !== "")
        list.append(el("dt", {}, name), el("dd", {}, plain(value)));
    }
    const isLong = title.length > MAX_TITLE;
    const heading = plain(isLong ? `${title.slice(0, MAX_TITLE)}…` : title);
    const close = el("button", { "aria-label": "Close", onclick: () => this.hide() }, "✕");
    const pane = el(
      "section",
      { class: "detail", "aria-label": heading },
      el("header", {}, el("h2", {}, heading), close),
      list,
      isLong ? code(title) : undefined,
      ...more,
    );
    pane.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.hide();
    });
    if (this.pane !== undefined) this.pane.replaceWith(pane);
    else this.element.append(pane);
    this.pane = pane;
    this.element.classList.add("open");
  }

  hide(): void {
    this.pane?.remove();
    this.pane = undefined;
    this.element.classList.remove("open");
    this.closed();
  }
}

/** JSON as people read it. */
export function code(value: unknown): HTMLElement {
  const text = typeof value === "string" ? plain(value) : pretty(value);
  return el("pre", { tabindex: "0" }, text);
}

export function actions(given: Readonly<Record<string, () => unknown>>): HTMLElement {
  return el(
    "div",
    { class: "actions" },
    ...Object.entries(given).map(([name, act]) => el("button", { onclick: () => act() }, name)),
  );
}
