import { checkOptions } from "@ws-kit/core/extend";
import { el, ms, say, bytes } from "../page/dom.ts";
import { redactor, type RedactRule } from "../redact.ts";
import { STYLE } from "./style.ts";
import { type PanelFrame, type PanelObservation, Watched } from "./watched.ts";

export type { PanelObservation } from "./watched.ts";

/** A client, as far as the panel looks at it: that of `@ws-kit/client`. */
export interface PanelClient {
  readonly state: string;
  readonly bufferedAmount: number;
  readonly latencyMs: number | undefined;
  observe(observer: (observation: PanelObservation) => void): () => void;
}

export interface PanelOptions {
  /** Where it is put. Default: `document.body`. */
  parent?: Element | undefined;
  /** Whether it begins unfolded. Default false. */
  open?: boolean | undefined;
  /** Most frames that are kept. Default 200. */
  maxFrames?: number | undefined;
  /** What is hidden besides passwords, tokens and the like. */
  redact?: RedactRule | undefined;
}

/** A panel in the page. */
export interface Panel {
  /** Its element, with a shadow root of its own. */
  readonly element: HTMLElement;
  /** Takes it out of the page, and observes no longer. */
  remove(): void;
}

const KINDS = { parent: "object", open: "boolean", maxFrames: "number", redact: "array|function" } as const;
/** Milliseconds between two drawings. */
const DRAW_MS = 250;
/** Frames, and requests that wait, that are drawn. */
const SHOWN = 100;

/**
 * Shows in the page what its client does: state, latency, what waits to be sent, requests without an answer, frames. It has a shadow
 * root, so that no style of the page gets in or out, and works under a Content-Security-Policy without inline styles.
 *
 * @throws TypeError for an option that there is not.
 * @example
 * if (import.meta.env.DEV) panel(client);
 */
export function panel(client: PanelClient, options: PanelOptions = {}): Panel {
  checkOptions("panel()", options, KINDS);
  const { parent = document.body, open = false, maxFrames = 200, redact: rule } = options;
  const watched = new Watched(maxFrames);
  const drawing = new Drawing(client, watched, redactor(rule), open);
  const off = client.observe((observation) => {
    watched.tell(observation);
    drawing.soon();
  });
  // What waits in the queue changes without a word.
  const timer = setInterval(() => drawing.soon(), 1_000);
  parent.append(drawing.element);
  drawing.draw();
  return {
    element: drawing.element,
    remove() {
      off();
      clearInterval(timer);
      drawing.element.remove();
    },
  };
}

class Drawing {
  readonly element: HTMLElement = document.createElement("ws-kit-panel");
  private readonly client: PanelClient;
  private readonly watched: Watched;
  private readonly redact: ReturnType<typeof redactor>;
  private readonly pill: HTMLButtonElement;
  private readonly section: HTMLElement;
  private readonly facts = new Map<string, HTMLElement>();
  private readonly pending: HTMLElement = el("ul", { class: "pending" });
  private readonly search: HTMLInputElement;
  private readonly frames: HTMLElement = el("div", {
    class: "frames",
    tabindex: "0",
    role: "region",
    "aria-label": "Frames",
  });
  /** Lines that are there, by the number of their frame. */
  private readonly lines = new Map<number, HTMLElement>();
  private due = false;

  constructor(client: PanelClient, watched: Watched, redact: ReturnType<typeof redactor>, open: boolean) {
    this.client = client;
    this.watched = watched;
    this.redact = redact;
    const root = this.element.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const list = el("dl");
    for (const name of ["state", "latency", "waits to be sent", "frames", "median answer", "connected"]) {
      const value = el("dd");
      this.facts.set(name, value);
      list.append(el("div", {}, el("dt", {}, name), value));
    }
    this.search = el("input", {
      type: "search",
      placeholder: "Type or text",
      "aria-label": "Filter frames",
      oninput: () => this.again(),
    });
    const clear = el("button", { onclick: () => this.clear() }, "Clear");
    this.section = el(
      "section",
      { "aria-label": "WebSocket client" },
      list,
      this.pending,
      el("div", { class: "bar" }, this.search, clear),
      this.frames,
    );
    this.section.hidden = !open;
    this.pill = el("button", { class: "pill", "aria-expanded": String(open), onclick: () => this.fold() });
    root.append(this.section, this.pill);
  }

  /** Draws in a moment, once for all that happens until then. */
  soon(): void {
    if (this.due) return;
    this.due = true;
    setTimeout(() => {
      this.due = false;
      this.draw();
    }, DRAW_MS);
  }

  draw(): void {
    const { state, latencyMs, bufferedAmount } = this.client;
    const { watched } = this;
    this.pill.dataset["state"] = state;
    say(
      this.pill,
      `${state}${latencyMs === undefined ? "" : ` · ${ms(latencyMs)}`}${watched.pending.size > 0 ? ` · ${watched.pending.size} pending` : ""}`,
    );
    if (this.section.hidden) return;
    const { medianMs, opens, lastClose } = watched;
    const facts: Record<string, string> = {
      state: lastClose === undefined || state === "open" ? state : `${state} (${lastClose})`,
      latency: latencyMs === undefined ? "–" : ms(latencyMs),
      "waits to be sent": bytes(bufferedAmount),
      frames: `${watched.sent} out, ${watched.received} in`,
      "median answer": medianMs === undefined ? "–" : ms(medianMs),
      connected: `${opens} ${opens === 1 ? "time" : "times"}`,
    };
    for (const [name, value] of Object.entries(facts)) say(this.facts.get(name), value);
    const now = performance.now();
    this.pending.replaceChildren(
      ...[...watched.pending.values()]
        .slice(-SHOWN)
        .map(({ type, since }) => el("li", {}, `${type} waits for ${ms(now - since)}`)),
    );
    this.pending.hidden = watched.pending.size === 0;
    this.drawFrames();
  }

  /** Newest first. What is there stays: an open line is being read. */
  private drawFrames(): void {
    const text = this.search.value.trim().toLowerCase();
    const fits = ({ type, frame }: PanelFrame): boolean =>
      text === "" ||
      type.toLowerCase().includes(text) ||
      (JSON.stringify(this.redact(frame)) ?? "").toLowerCase().includes(text);
    const shown = this.watched.frames.filter((frame) => fits(frame)).slice(-SHOWN);
    const kept = new Set(shown.map(({ n }) => n));
    for (const [n, line] of this.lines) {
      if (kept.has(n)) continue;
      line.remove();
      this.lines.delete(n);
    }
    if (shown.length === 0) return this.frames.replaceChildren(el("p", { class: "empty" }, "No frame yet"));
    this.frames.querySelector(".empty")?.remove();
    for (const frame of shown) {
      if (this.lines.has(frame.n)) continue;
      const line = this.line(frame);
      this.lines.set(frame.n, line);
      this.frames.prepend(line);
    }
  }

  private line({ at, direction, type, length, frame }: PanelFrame): HTMLElement {
    const arrow = direction === "in" ? "← in" : "→ out";
    const line = el(
      "details",
      {},
      el(
        "summary",
        {},
        el("span", { class: direction }, arrow),
        el("span", {}, type),
        el("span", { class: "number" }, bytes(length)),
        el("span", { class: "number" }, `${(at / 1_000).toFixed(2)} s`),
      ),
    );
    line.addEventListener("toggle", () => {
      if (line.open && line.children.length === 1) {
        line.append(
          el(
            "pre",
            { tabindex: "0" },
            frame === undefined ? "bytes" : JSON.stringify(this.redact(frame), undefined, 2),
          ),
        );
      }
    });
    return line;
  }

  private again(): void {
    for (const line of this.lines.values()) line.remove();
    this.lines.clear();
    this.drawFrames();
  }

  private clear(): void {
    this.watched.frames.length = 0;
    this.again();
  }

  private fold(): void {
    this.section.hidden = !this.section.hidden;
    this.pill.setAttribute("aria-expanded", String(!this.section.hidden));
    this.draw();
  }
}
