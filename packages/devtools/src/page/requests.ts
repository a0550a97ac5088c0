import type { Look, RequestRow, Seen } from "../wire.ts";
import { ask } from "./ask.ts";
import { actions, code, Detail } from "./detail.ts";
import { classed, clock, el, ms, say } from "./dom.ts";
import { List } from "./list.ts";
import { Log } from "./log.ts";
import type { PageView, Shell } from "./view.ts";

/** Requests with their answers, and if wanted messages with their handlers: when they came, waited and ran. */
export class Requests implements PageView {
  readonly view = "requests";
  readonly title = "Requests";
  readonly element: HTMLElement;
  private readonly log = new Log<RequestRow>();
  private readonly list: List<RequestRow>;
  private readonly detail: Detail;
  private readonly search: HTMLInputElement;
  private readonly messages: HTMLInputElement;
  private readonly shell: Shell;
  /** When what is in sight began, and how long it took. */
  private span: readonly [number, number] = [0, 1];

  constructor(shell: Shell) {
    this.shell = shell;
    this.list = new List<RequestRow>({
      label: "Requests",
      empty: "No request has been answered since this page was opened",
      follows: true,
      columns: [
        { title: "Time", width: "7.2rem", className: "mono quiet" },
        { title: "Type", width: "minmax(7rem, 1fr)", narrow: "minmax(0, 1.2fr)" },
        { title: "Client", width: "minmax(5rem, 0.8fr)", className: "mono quiet" },
        { title: "Outcome", width: "8rem", narrow: "minmax(0, 0.9fr)" },
        { title: "Waited", width: "4.6rem", className: "number quiet" },
        { title: "Took", width: "4.6rem", narrow: "4rem", className: "number" },
        { title: "Waterfall", width: "minmax(8rem, 2fr)", narrow: "minmax(0, 1fr)" },
      ],
      key: ({ n }) => String(n),
      before: () => (this.span = this.measure()),
      fill: (cells, row) => this.fill(cells, row),
      choose: (row) => void this.open(row),
    });
    this.detail = new Detail(this.list.element, () => this.list.forget());
    this.search = el("input", {
      type: "search",
      placeholder: "Type, client, code or correlation id",
      "aria-label": "Filter requests",
      oninput: () => this.again(),
    });
    this.messages = el("input", { type: "checkbox", onchange: () => this.again() });
    const legend = el("span", { class: "note" }, "Bars: amber waited, blue ran, red failed");
    this.element = el(
      "div",
      { class: "view" },
      el("div", { class: "bar" }, this.search, el("label", { class: "check" }, this.messages, "messages too"), legend),
      this.detail.element,
    );
  }

  look(): Partial<Look> {
    return { since: this.log.next, filter: { text: this.search.value.trim(), rpcOnly: !this.messages.checked } };
  }

  show({ rows }: Seen): void {
    if (rows?.view !== "requests") return;
    const gone = this.log.add(rows);
    this.list.show(this.log.rows.length, (index) => this.log.rows[index], gone);
  }

  private again(): void {
    this.log.clear(0);
    this.shell.refresh();
  }

  private fill(cells: readonly HTMLElement[], row: RequestRow): void {
    const failed = row.outcome === "error" || row.outcome === "abandoned";
    say(cells[0], clock(row.receivedAt));
    say(cells[1], row.type);
    say(cells[2], row.kind === "asked" ? `to ${row.clientId}` : row.clientId);
    say(cells[3], row.code ?? row.outcome);
    classed(cells[3], failed ? "bad" : "good");
    say(cells[4], row.waitedMs < 0.005 ? "" : ms(row.waitedMs));
    say(cells[5], ms(row.ms));
    const cell = cells[6];
    if (cell === undefined) return;
    if (cell.firstElementChild === null) {
      cell.className = "fall";
      cell.append(el("i", { class: "waited" }), el("i"));
    }
    const [waited, ran] = cell.children as unknown as HTMLElement[];
    const [begin, length] = this.span;
    const share = (value: number): string => `${((value / length) * 100).toFixed(2)}%`;
    if (waited === undefined || ran === undefined) return;
    waited.style.left = share(row.receivedAt - begin);
    waited.style.width = share(row.waitedMs);
    waited.hidden = row.waitedMs < 0.005;
    ran.style.left = share(row.receivedAt + row.waitedMs - begin);
    ran.style.width = share(row.ms - row.waitedMs);
    classed(ran, failed ? "failed" : "");
  }

  private measure(): readonly [number, number] {
    const { from, count } = this.list.window;
    const rows = this.log.rows.slice(from, from + count);
    const begin = Math.min(...rows.map(({ receivedAt }) => receivedAt));
    const end = Math.max(...rows.map((row) => row.receivedAt + row.ms));
    return [begin, Math.max(1, end - begin)];
  }

  private async open(row: RequestRow): Promise<void> {
    const { type, clientId, correlationId, outcome, receivedAt, waitedMs, kind } = row;
    const isAsked = kind === "asked";
    const { frames } = await ask<{ frames: readonly { at: number; direction: string; frame: unknown }[] }>("pair", {
      clientId,
      correlationId,
      type,
      at: receivedAt,
    });
    this.detail.show(
      type,
      {
        Kind: { on: "message", rpc: "request", asked: "the server's own request" }[kind],
        Client: clientId,
        Correlation: correlationId,
        Outcome: row.code === null ? outcome : `${outcome}: ${row.code}`,
        [isAsked ? "Asked" : "Received"]: clock(receivedAt),
        Waited: ms(waitedMs),
        Ran: ms(row.ms - waitedMs),
      },
      actions({ "Frames of this client": () => this.shell.frames({ clientId }) }),
      ...frames.flatMap(({ at, direction, frame }) => [
        el(
          "h2",
          { class: direction },
          (direction === "out") === isAsked ? "Asked" : `Answered, ${ms(at - receivedAt)} later`,
        ),
        code(frame),
      ]),
      ...(frames.length === 0 ? [el("p", { class: "note" }, "Its frames are no longer kept.")] : []),
    );
  }
}
