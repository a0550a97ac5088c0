import { el } from "./dom.ts";

/** Height of a row in pixels, as the style sheet has it. */
const ROW = 26;
/** Rows beyond the edge that are there already. */
const BEYOND = 4;

/** Rows so far, of all lists. */
let made = 0;

export interface Column {
  readonly title: string;
  /** Width, as a grid column has it. */
  readonly width: string;
  /** The same on a phone; left out: it is not shown there. */
  readonly narrow?: string;
  readonly className?: string;
}

export interface ListOptions<T> {
  readonly label: string;
  readonly columns: readonly Column[];
  /** Called before those in sight are filled. */
  readonly before?: () => void;
  /** Puts a row's values into its cells. */
  readonly fill: (cells: readonly HTMLElement[], row: T, index: number) => void;
  /** What a row is known by. */
  readonly key: (row: T) => string;
  readonly choose: (row: T) => void;
  /** What is said where there is none. */
  readonly empty: string;
  /** Other rows have come into sight. */
  readonly scrolled?: () => void;
  /** Stays at the end while that is in sight. */
  readonly follows?: boolean;
}

/** A list of any length, of which the rows in sight exist. Arrow keys choose. */
export class List<T> {
  readonly element: HTMLElement;
  private readonly options: ListOptions<T>;
  private readonly scroll: HTMLElement;
  private readonly rows: HTMLElement;
  private readonly empty: HTMLElement;
  private readonly pool: { readonly line: HTMLElement; readonly cells: readonly HTMLElement[] }[] = [];
  private total = 0;
  private get: (index: number) => T | undefined = () => undefined;
  private chosen: string | undefined = undefined;
  private chosenIndex = -1;
  private height = 0;
  private top = 0;
  private following: boolean;
  private drawing = false;

  constructor(options: ListOptions<T>) {
    this.options = options;
    this.following = options.follows === true;
    const { columns, empty } = options;
    this.rows = el("div", { class: "rows", role: "presentation" });
    this.empty = el("p", { class: "empty" }, empty);
    this.scroll = el(
      "div",
      {
        class: "scroll",
        onscroll: () => this.whenScrolled(),
        onkeydown: (event: KeyboardEvent) => this.pressed(event),
      },
      this.rows,
    );

    const titles = columns.map(({ title, narrow, className = "" }) =>
      el(
        "span",
        { class: `${className.includes("number") ? "number" : ""} ${narrow === undefined ? "wide" : ""}` },
        title,
      ),
    );
    this.element = el(
      "div",
      { class: "table" },
      el("div", { class: "line titles", "aria-hidden": "true" }, ...titles),
      this.empty,
      this.scroll,
    );
    this.element.style.setProperty("--columns", columns.map(({ width }) => width).join(" "));
    this.element.style.setProperty("--narrow", columns.flatMap(({ narrow }) => narrow ?? []).join(" "));
    new ResizeObserver(([entry]) => {
      this.height = entry?.contentRect.height ?? 0;
      if (this.following) this.scrollToEnd();
      this.draw();
    }).observe(this.scroll);
  }

  /** Which rows are in sight. */
  get window(): { readonly from: number; readonly count: number } {
    const from = Math.max(0, Math.floor(this.top / ROW) - BEYOND);
    return { from, count: Math.ceil(this.height / ROW) + 2 * BEYOND + 1 };
  }

  get isFollowing(): boolean {
    return this.following;
  }

  /**
   * Shows other rows.
   * @param gone How many of the first have left since the last time: what is in sight stays there.
   */
  show(total: number, get: (index: number) => T | undefined, gone = 0): void {
    if (total !== this.total) {
      this.total = total;
      this.rows.style.height = `${total * ROW}px`;
      this.empty.hidden = total > 0;
      this.name();
    }
    this.get = get;
    if (this.following) this.scrollToEnd();
    else if (gone > 0) this.scrollTo(Math.max(0, this.top - gone * ROW));
    this.draw();
  }

  /** Draws once before the next frame. */
  draw(): void {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.drawNow();
    });
  }

  /** A list of nothing is none to those who are read what is there. */
  private name(): void {
    const names = { role: "listbox", tabindex: "0", "aria-label": this.options.label };
    for (const [name, value] of Object.entries(names)) {
      if (this.total > 0) this.scroll.setAttribute(name, value);
      else this.scroll.removeAttribute(name);
    }
  }

  forget(): void {
    this.chosen = undefined;
    this.chosenIndex = -1;
    this.draw();
  }

  private scrollToEnd(): void {
    this.scrollTo(Math.max(0, this.total * ROW - this.height));
  }

  private scrollTo(top: number): void {
    if (top === this.top) return;
    this.scroll.scrollTop = top;
    // Not where it was to go: there may not be as much, and what is hidden does not scroll.
    this.top = this.scroll.scrollTop;
  }

  private whenScrolled(): void {
    this.top = this.scroll.scrollTop;
    // Its own height: the one that was observed is of the frame before, when it may have been hidden.
    const { clientHeight } = this.scroll;
    if (this.options.follows === true) this.following = this.top + clientHeight >= this.total * ROW - ROW;
    this.draw();
    this.options.scrolled?.();
  }

  private drawNow(): void {
    const { from, count } = this.window;
    const end = Math.min(this.total, from + count);
    const { fill, key, before } = this.options;
    before?.();
    for (let index = from, slot = 0; slot < Math.max(this.pool.length, end - from); index++, slot++) {
      const row = index < end ? this.get(index) : undefined;
      const { line, cells } = this.pool[slot] ?? this.more();
      const isShown = row !== undefined;
      if (line.hidden === isShown) line.hidden = !isShown;
      if (row === undefined) continue;
      line.style.transform = `translateY(${index * ROW}px)`;
      line.dataset["index"] = String(index);
      const isChosen = key(row) === this.chosen;
      if (isChosen) this.chosenIndex = index;
      const selected = String(isChosen);
      if (line.getAttribute("aria-selected") !== selected) line.setAttribute("aria-selected", selected);
      if (isChosen) this.scroll.setAttribute("aria-activedescendant", line.id);
      fill(cells, row, index);
    }
  }

  private more() {
    const { columns } = this.options;
    const cells = columns.map(({ className = "", narrow }) =>
      el("span", { class: `${className} ${narrow === undefined ? "wide" : ""}` }),
    );
    const line: HTMLElement = el(
      "div",
      {
        class: "line",
        role: "option",
        id: `row-${++made}`,
        onclick: () => this.chooseAt(Number(line.dataset["index"])),
      },
      ...cells,
    );
    this.rows.append(line);
    const pair = { line, cells };
    this.pool.push(pair);
    return pair;
  }

  private chooseAt(index: number): void {
    const row = this.get(index);
    if (row === undefined) return;
    this.chosen = this.options.key(row);
    this.chosenIndex = index;
    this.following = false;
    this.options.choose(row);
    this.draw();
  }

  private pressed(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.height / ROW) - 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const ends: Record<string, number> = { Home: 0, End: this.total - 1 };
    const step = steps[event.key];
    const to = step === undefined ? ends[event.key] : this.chosenIndex + step;
    if (to === undefined || this.total === 0) return;
    event.preventDefault();
    const index = Math.min(this.total - 1, Math.max(0, to));
    if (index * ROW < this.top) this.scrollTo(index * ROW);
    else if ((index + 1) * ROW > this.top + this.height) this.scrollTo((index + 1) * ROW - this.height);
    this.chooseAt(index);
    if (event.key === "End" && this.options.follows === true) this.following = true;
  }
}
