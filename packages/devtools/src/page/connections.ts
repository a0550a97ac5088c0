import type { ConnectionRow, Filter, Look, Seen } from "../wire.ts";
import { actions, code, Detail } from "./detail.ts";
import { ago, bytes, el, say } from "./dom.ts";
import { List } from "./list.ts";
import type { PageView, Shell } from "./view.ts";

/** Who is connected. */
export class Connections implements PageView {
  readonly view = "connections";
  readonly title = "Connections";
  readonly element: HTMLElement;
  private readonly list: List<ConnectionRow>;
  private readonly detail: Detail;
  private readonly search: HTMLInputElement;
  private readonly only: HTMLElement;
  private filter: Filter = {};
  private rows: readonly ConnectionRow[] = [];
  private from = 0;
  private now = 0;

  constructor(shell: Shell) {
    this.list = new List<ConnectionRow>({
      label: "Connections",
      empty: "Nobody is connected",
      columns: [
        { title: "Client", width: "minmax(7rem, 1.2fr)", narrow: "minmax(0, 1fr)", className: "mono" },
        { title: "User", width: "minmax(4rem, 0.8fr)", narrow: "minmax(0, 0.7fr)" },
        { title: "For", width: "4rem", narrow: "3.2rem", className: "number" },
        { title: "In", width: "4rem", className: "number" },
        { title: "Out", width: "4rem", className: "number" },
        { title: "Unread", width: "5rem", className: "number" },
        { title: "Topics", width: "minmax(5rem, 1fr)", className: "topic" },
        { title: "Data", width: "minmax(6rem, 1.6fr)", className: "mono quiet" },
      ],
      key: ({ clientId }) => clientId,
      fill: (cells, row) => {
        const { clientId, user, since, topics, topicCount, buffered, data } = row;
        const more = topicCount > topics.length ? ` +${topicCount - topics.length}` : "";
        const values = [
          clientId,
          user ?? "",
          since === null ? "" : ago(since, this.now),
          String(row.in),
          String(row.out),
          buffered === 0 ? "" : bytes(buffered),
          topics.join(", ") + more,
          data === "{}" ? "" : data,
        ];
        for (const [index, value] of values.entries()) say(cells[index], value);
      },
      choose: (row) => this.open(row, shell),
      scrolled: () => shell.refresh(),
    });
    this.detail = new Detail(this.list.element, () => this.list.forget());
    this.search = el("input", {
      type: "search",
      placeholder: "Client, user or topic",
      "aria-label": "Filter connections",
      oninput: () => shell.refresh(),
    });
    this.only = el("button", { hidden: true, onclick: () => this.narrow({}, shell) });
    this.element = el(
      "div",
      { class: "view" },
      el("div", { class: "bar" }, this.search, this.only),
      this.detail.element,
    );
  }

  narrow(filter: Filter, shell: Shell): void {
    this.filter = filter;
    this.only.hidden = filter.topic === undefined;
    say(this.only, `In ${filter.topic} ✕`);
    shell.refresh();
  }

  look(): Partial<Look> {
    const { from, count } = this.list.window;
    return { from, count, filter: { ...this.filter, text: this.search.value.trim() } };
  }

  show({ rows, now }: Seen): void {
    if (rows?.view !== "connections") return;
    this.rows = rows.rows;
    this.from = rows.from;
    this.now = now;
    this.list.show(rows.total, (index) => this.rows[index - this.from]);
  }

  private open(row: ConnectionRow, shell: Shell): void {
    const { clientId, user, since, topics, topicCount, data } = row;
    let shown: unknown = data;
    try {
      shown = JSON.parse(data);
    } catch {
      // It was cut.
    }
    this.detail.show(
      clientId,
      {
        User: user,
        Since: since === null ? "before the page was opened" : new Date(since).toLocaleString(),
        Topics: topicCount === 0 ? "none" : `${topics.join(", ")}${topicCount > topics.length ? " …" : ""}`,
        Received: String(row.in),
        Sent: `${row.out}, without publishes`,
        Unread: bytes(row.buffered),
      },
      actions({
        "Its frames": () => shell.frames({ clientId }),
        "Send to it": () => shell.sendTo({ clientId }),
      }),
      el("h2", {}, "ctx.data"),
      code(shown),
    );
  }
}
