import type { Look, Seen, TopicRow } from "../wire.ts";
import { actions, Detail } from "./detail.ts";
import { el, say } from "./dom.ts";
import { List } from "./list.ts";
import type { PageView, Shell } from "./view.ts";

/** Topics, and who follows them. */
export class Topics implements PageView {
  readonly view = "topics";
  readonly title = "Topics";
  readonly element: HTMLElement;
  private readonly list: List<TopicRow>;
  private readonly search: HTMLInputElement;
  private rows: readonly TopicRow[] = [];
  private from = 0;

  constructor(shell: Shell) {
    this.list = new List<TopicRow>({
      label: "Topics",
      empty: "Nobody follows a topic",
      columns: [
        { title: "Topic", width: "minmax(8rem, 1fr)", narrow: "minmax(0, 1fr)", className: "topic" },
        { title: "Followers", width: "6rem", narrow: "5rem", className: "number" },
        { title: "Clients", width: "minmax(8rem, 2fr)", className: "mono quiet" },
      ],
      key: ({ topic }) => topic,
      fill: (cells, { topic, followers, clientIds }) => {
        say(cells[0], topic);
        say(cells[1], String(followers));
        say(cells[2], clientIds.join(", ") + (followers > clientIds.length ? " …" : ""));
      },
      choose: ({ topic, followers, clientIds }) =>
        detail.show(
          topic,
          { Followers: String(followers), Clients: clientIds.join(", ") + (followers > clientIds.length ? " …" : "") },
          actions({
            "Its frames": () => shell.frames({ topic }),
            "Who follows it": () => shell.connections({ topic }),
            "Publish to it": () => shell.sendTo({ topic }),
          }),
        ),
      scrolled: () => shell.refresh(),
    });
    const detail = new Detail(this.list.element, () => this.list.forget());
    this.search = el("input", {
      type: "search",
      placeholder: "Topic",
      "aria-label": "Filter topics",
      oninput: () => shell.refresh(),
    });
    this.element = el("div", { class: "view" }, el("div", { class: "bar" }, this.search), detail.element);
  }

  look(): Partial<Look> {
    const { from, count } = this.list.window;
    return { from, count, filter: { text: this.search.value.trim() } };
  }

  show({ rows }: Seen): void {
    if (rows?.view !== "topics") return;
    this.rows = rows.rows;
    this.from = rows.from;
    this.list.show(rows.total, (index) => this.rows[index - this.from]);
  }
}
