import type { ErrorRow, Look, Seen } from "../wire.ts";
import { actions, code, Detail } from "./detail.ts";
import { clock, el, say } from "./dom.ts";
import { List } from "./list.ts";
import { Log } from "./log.ts";
import type { PageView, Shell } from "./view.ts";

const KINDS = { failed: "failure", refused: "refused", upgrade: "upgrade" } as const;

/** What failed and what was refused, also before the page was opened. */
export class Errors implements PageView {
  readonly view = "errors";
  readonly title = "Errors";
  readonly element: HTMLElement;
  private readonly log = new Log<ErrorRow>();
  private readonly list: List<ErrorRow>;
  private readonly search: HTMLInputElement;

  constructor(shell: Shell) {
    this.list = new List<ErrorRow>({
      label: "Errors",
      empty: "Nothing has failed",
      follows: true,
      columns: [
        { title: "Time", width: "7.2rem", narrow: "7.2rem", className: "mono quiet" },
        { title: "Kind", width: "5rem", className: "quiet" },
        { title: "At", width: "minmax(5rem, 0.7fr)", narrow: "minmax(0, 0.7fr)" },
        { title: "Message", width: "minmax(8rem, 2fr)", narrow: "minmax(0, 1.4fr)", className: "bad" },
        { title: "Client", width: "minmax(5rem, 0.8fr)", className: "mono quiet" },
        { title: "Id", width: "minmax(5rem, 0.8fr)", className: "mono" },
      ],
      key: ({ n }) => String(n),
      fill: (cells, { at, kind, subject, message, code: said, clientId, id }) => {
        say(cells[0], clock(at));
        say(cells[1], KINDS[kind]);
        say(cells[2], subject ?? "");
        say(cells[3], said === null || kind === "upgrade" ? message : `${said}: ${message}`);
        say(cells[4], clientId ?? "");
        say(cells[5], id ?? "");
      },
      choose: ({ at, kind, subject, message, code: said, clientId, id, stack }) =>
        detail.show(
          message,
          { Time: clock(at), Kind: KINDS[kind], At: subject, Code: said, Client: clientId, Id: id },
          actions(clientId === null ? {} : { "Frames of this client": () => shell.frames({ clientId }) }),
          ...(stack === null ? [] : [code(stack)]),
        ),
    });
    const detail = new Detail(this.list.element, () => this.list.forget());
    this.search = el("input", {
      type: "search",
      placeholder: "Id, as the client was told it, message, type or client",
      "aria-label": "Filter errors",
      oninput: () => {
        this.log.clear(0);
        shell.refresh();
      },
    });
    this.element = el("div", { class: "view" }, el("div", { class: "bar" }, this.search), detail.element);
  }

  look(): Partial<Look> {
    return { since: this.log.next, filter: { text: this.search.value.trim() } };
  }

  show({ rows }: Seen): void {
    if (rows?.view !== "errors") return;
    const gone = this.log.add(rows);
    this.list.show(this.log.rows.length, (index) => this.log.rows[index], gone);
  }
}
