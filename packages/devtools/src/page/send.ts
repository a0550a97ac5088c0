import type { Look, Sendable, SendAnswer } from "../wire.ts";
import { ask } from "./ask.ts";
import { code } from "./detail.ts";
import { el, plain, pretty, say } from "./dom.ts";
import { type Field, fieldFor, jsonField, type Schema } from "./form.ts";
import type { PageView } from "./view.ts";
import { OwnSocket } from "./own-socket.ts";

type To = { readonly clientId: string } | { readonly topic: string };

/** Sends a message by a form: to a client, to a topic, or to the server, as a client of this page's own. */
export class Send implements PageView {
  readonly view = "send";
  readonly title = "Send";
  readonly element: HTMLElement;
  private messages: readonly Sendable[] = [];
  private readonly way: HTMLSelectElement;
  private readonly type: HTMLSelectElement;
  private readonly to: HTMLInputElement;
  private readonly url: HTMLInputElement;
  private readonly toField: HTMLElement;
  private readonly urlField: HTMLElement;
  private readonly place: HTMLElement = el("div");
  private readonly asJson: HTMLInputElement;
  private readonly status: HTMLElement = el("p", { role: "status" });
  private readonly answers: HTMLElement = el("div", { class: "field" });
  private readonly own: OwnSocket;
  private field: Field | undefined = undefined;

  constructor() {
    const again = (): void => this.build();
    this.way = el(
      "select",
      { onchange: () => this.list() },
      el("option", { value: "client" }, "the server, to one client"),
      el("option", { value: "topic" }, "the server, to a topic"),
      el("option", { value: "own" }, "a client of this page's own, to the server"),
    );
    this.type = el("select", { onchange: again });
    this.to = el("input", { type: "text", required: true, spellcheck: "false" });
    this.url = el("input", { type: "text", spellcheck: "false" });
    this.url.value = new URL("../ws", location.href).href.replace(/^http/, "ws");
    this.toField = el("label", { class: "field" }, "Receiver", this.to);
    this.urlField = el("label", { class: "field" }, "URL of the server", this.url);
    this.asJson = el("input", { type: "checkbox", onchange: () => this.build(true) });
    this.own = new OwnSocket((text) => this.answers.prepend(code(text)));
    const form = el(
      "form",
      {
        class: "send",
        onsubmit: (event: Event) => {
          event.preventDefault();
          void this.send();
        },
      },
      el("label", { class: "field" }, "From", this.way),
      this.urlField,
      this.toField,
      el("label", { class: "field" }, "Message", this.type),
      el("label", { class: "check" }, this.asJson, "as JSON"),
      this.place,
      el("div", { class: "actions" }, el("button", { type: "submit", class: "main" }, "Send")),
      this.status,
      this.answers,
    );
    this.element = el("div", { class: "view" }, form);
    this.element.style.overflow = "auto";
  }

  look(): Partial<Look> {
    return {};
  }

  show(): void {
    // Nothing of it moves.
  }

  opened(): void {
    void ask<readonly Sendable[]>("messages").then((messages) => {
      if (this.messages.length === messages.length) return;
      this.messages = messages;
      this.list();
    });
  }

  /** Opens the form with this receiver. */
  sendTo(to: To): void {
    this.way.value = "topic" in to ? "topic" : "client";
    this.to.value = "topic" in to ? to.topic : to.clientId;
    this.list();
  }

  private list(): void {
    const isOwn = this.way.value === "own";
    const other = isOwn ? "server" : "client";
    const fits = this.messages.filter(({ from, kind }) => from !== other && (isOwn || kind === "message"));
    const before = this.type.value;
    this.type.replaceChildren(...fits.map(({ type }) => el("option", { value: type }, plain(type))));
    if (fits.some(({ type }) => type === before)) this.type.value = before;
    this.toField.hidden = isOwn;
    this.to.required = !isOwn;
    this.urlField.hidden = !isOwn;
    say(this.toField.firstChild as unknown as Element, this.way.value === "topic" ? "Topic" : "Client");
    this.build();
  }

  /** @param keep What the fields say is kept. */
  private build(keep = false): void {
    const message = this.messages.find(({ type }) => type === this.type.value);
    const schema = (message?.schema ?? {}) as Schema;
    if (message === undefined || message.schema === null) {
      this.field = undefined;
      this.place.replaceChildren(
        el("p", { class: "note" }, message === undefined ? "There is no such message" : "It carries nothing"),
      );
      return;
    }
    let text = "";
    try {
      if (keep) text = pretty(this.field?.value());
    } catch {
      // Not JSON yet.
    }
    this.field =
      this.asJson.checked || message.schema === undefined ? jsonField("Payload", schema, true, text) : fieldFor(schema);
    this.place.replaceChildren(this.field.element);
    say(this.status, "");
  }

  private async send(): Promise<void> {
    const type = this.type.value;
    say(this.status, "…");
    try {
      const payload = this.field?.value();
      if (this.way.value === "own") {
        const isRpc = this.messages.find((one) => one.type === type)?.kind === "rpc";
        await this.own.send(this.url.value, type, payload, isRpc);
        return this.said({ ok: true, message: "Sent; what comes back is below" });
      }
      const to: To = this.way.value === "topic" ? { topic: this.to.value } : { clientId: this.to.value };
      this.said(await ask<SendAnswer>("send", { type, payload, to }));
    } catch (error) {
      this.said({ ok: false, message: (error as Error).message });
    }
  }

  private said({ ok, message }: SendAnswer): void {
    say(this.status, message);
    this.status.className = ok ? "good" : "bad";
  }
}
