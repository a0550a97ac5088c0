import type { Filter, FrameRow, Look, Seen } from "../wire.ts";
import { ask } from "./ask.ts";
import { actions, code, Detail } from "./detail.ts";
import { bytes, classed, clock, el, say } from "./dom.ts";
import { List } from "./list.ts";
import { Log } from "./log.ts";
import type { PageView, Shell } from "./view.ts";

const WAYS = { in: "→ in", out: "← out", topic: "⇇ topic" } as const;

/** Every frame, as they come and go. */
export class Frames implements PageView {
  readonly view = "frames";
  readonly title = "Frames";
  readonly element: HTMLElement;
  private readonly log = new Log<FrameRow>();
  private readonly list: List<FrameRow>;
  private readonly detail: Detail;
  private readonly shell: Shell;
  private readonly search: HTMLInputElement;
  private readonly type: HTMLInputElement;
  private readonly way: HTMLSelectElement;
  private readonly control: HTMLInputElement;
  private readonly pause: HTMLButtonElement;
  private readonly only: HTMLButtonElement;
  private readonly note: HTMLElement;
  private only_: Filter = {};
  private paused = false;

  constructor(shell: Shell) {
    this.shell = shell;
    this.list = new List<FrameRow>({
      label: "Frames",
      empty: "No frame has come or gone since this page was opened",
      follows: true,
      columns: [
        { title: "Time", width: "7.2rem", narrow: "7.2rem", className: "mono quiet" },
        { title: "Way", width: "4.4rem", narrow: "3.8rem" },
        { title: "Type", width: "minmax(7rem, 1fr)", narrow: "minmax(0, 1fr)" },
        { title: "Client or topic", width: "minmax(6rem, 1fr)", className: "mono quiet" },
        { title: "Size", width: "4.6rem", className: "number quiet" },
        { title: "Payload", width: "minmax(8rem, 2.4fr)", className: "mono" },
      ],
      key: ({ n }) => String(n),
      fill: (cells, { at, direction, type, topic, matched, clientId, length, preview, fault, kind }) => {
        say(cells[0], clock(at));
        say(cells[1], WAYS[direction]);
        classed(cells[1], direction);
        say(cells[2], fault === null ? type : `${type} · ${fault}`);
        classed(cells[2], fault !== null || kind === "error" ? "bad" : "");
        say(cells[3], topic === null ? (clientId ?? "") : `${topic} (${matched})`);
        say(cells[4], length === 0 ? "" : bytes(length));
        say(cells[5], preview);
      },
      choose: (row) => void this.open(row),
    });
    this.detail = new Detail(this.list.element, () => this.list.forget());
    const again = (): void => this.again();
    this.search = el("input", {
      type: "search",
      placeholder: "Text in payload, type, topic",
      "aria-label": "Text",
      oninput: again,
    });
    this.type = el("input", {
      type: "search",
      placeholder: "Type",
      "aria-label": "Type",
      oninput: again,
      list: "types",
      size: "14",
    });
    this.way = el(
      "select",
      { "aria-label": "Direction", onchange: again },
      ...["every way", "in", "out", "topic"].map((way) => el("option", { value: way === "every way" ? "" : way }, way)),
    );
    this.control = el("input", { type: "checkbox", onchange: again });
    this.pause = el("button", { "aria-pressed": "false", onclick: () => this.hold(!this.paused) }, "Pause");
    this.only = el("button", { hidden: true, onclick: () => this.narrow({}) });
    this.note = el("span", { class: "note", role: "status" });
    const clear = el("button", { onclick: () => this.clear() }, "Clear");
    this.element = el(
      "div",
      { class: "view" },
      el(
        "div",
        { class: "bar" },
        this.search,
        this.type,
        this.way,
        el("label", { class: "check" }, this.control, "$ws: too"),
        this.only,
        this.pause,
        clear,
        this.note,
      ),
      this.detail.element,
    );
  }

  narrow(filter: Filter): void {
    this.only_ = filter;
    const name = filter.clientId ?? filter.topic;
    this.only.hidden = name === undefined;
    say(this.only, `Only ${name} ✕`);
    this.again();
  }

  look(): Partial<Look> {
    const type = this.type.value.trim();
    const way = this.way.value as "" | "in" | "out" | "topic";
    return {
      since: this.paused ? Number.MAX_SAFE_INTEGER : this.log.next,
      filter: {
        ...this.only_,
        text: this.search.value.trim(),
        ...(type !== "" && { type }),
        ...(way !== "" && { direction: way }),
        noControl: !this.control.checked,
      },
    };
  }

  show({ rows }: Seen): void {
    if (rows?.view !== "frames" || this.paused) return;
    const gone = this.log.add(rows);
    const { skipped } = this.log;
    say(this.note, skipped === 0 ? "" : `${skipped.toLocaleString("en")} more were left out: narrow the filter`);
    this.list.show(this.log.rows.length, (index) => this.log.rows[index], gone);
  }

  private hold(paused: boolean): void {
    this.paused = paused;
    this.pause.setAttribute("aria-pressed", String(paused));
    say(this.pause, paused ? "Go on" : "Pause");
  }

  private clear(): void {
    this.log.clear();
    this.list.show(0, () => undefined);
    say(this.note, "");
  }

  /** From what the server still has, by another filter. */
  private again(): void {
    this.hold(false);
    this.log.clear(0);
    this.list.show(0, () => undefined);
    this.shell.refresh();
  }

  private async open(row: FrameRow): Promise<void> {
    const { n, at, direction, type, topic, matched, clientId, correlationId, length, fault, kind } = row;
    const { frame } = await ask<{ frame: unknown }>("frame", { n });
    this.detail.show(
      type,
      {
        Time: clock(at),
        Way: direction === "topic" ? `to a topic, ${matched} here` : direction,
        Kind: kind,
        Topic: topic,
        Client: clientId,
        Correlation: correlationId,
        Size: length === 0 ? null : bytes(length),
        Fault: fault,
      },
      actions({
        ...(clientId !== null && { "Only this client": () => this.narrow({ clientId }) }),
        ...(topic !== null && { "Only this topic": () => this.narrow({ topic }) }),
        "Only this type": () => {
          this.type.value = type;
          this.again();
        },
      }),
      frame === null ? el("p", { class: "note" }, "It is no longer kept, or was never read.") : code(frame),
    );
  }
}
