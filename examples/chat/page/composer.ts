import { MAX_TEXT } from "../shared/messages.ts";
import type { Chat } from "./chat.ts";
import { find } from "./dom.ts";
import type { Attachment, Room } from "./room.ts";

/** Where a message is written: its text, and a link to go with it. */
export class Composer {
  readonly #chat: Chat;
  readonly #form = find("composer", HTMLFormElement);
  readonly #text = find("text", HTMLTextAreaElement);
  readonly #send = find("send", HTMLButtonElement);
  readonly #attach = find("attach", HTMLButtonElement);
  readonly #attached = find("attached");
  #attachment: Attachment | undefined;
  #room: Room | undefined;
  #sending = false;

  /** @param onEscape Called when the user turns away from writing. */
  constructor(chat: Chat, onEscape: () => void) {
    this.#chat = chat;
    this.#text.maxLength = MAX_TEXT;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#text.addEventListener("input", () => {
      chat.typed(this.#text.value);
      this.render();
    });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key === "Escape") onEscape();
      // While an input method composes, Enter accepts its suggestion.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      void this.#submit();
    });
    this.#wireAttachments();
  }

  render(): void {
    const { current, ready } = this.#chat;
    if (current !== this.#room) {
      this.#room = current;
      this.#text.value = current?.draft ?? "";
      this.#setAttachment(undefined);
    }
    const empty = this.#text.value.trim() === "" && !this.#attachment;
    this.#send.disabled = !ready || empty || this.#sending;
    this.#text.placeholder = ready ? `Message ${current?.summary.name ?? ""}` : "Waiting for the connection…";
  }

  focus(): void {
    this.#text.focus();
  }

  async #submit(): Promise<void> {
    this.render();
    if (this.#send.disabled) return;
    const room = this.#room;
    this.#sending = true;
    this.render();
    const sent = await this.#chat.send(this.#text.value, this.#attachment);
    this.#sending = false;
    if (sent && room === this.#room) {
      this.#text.value = "";
      this.#setAttachment(undefined);
      this.#chat.typed("");
    }
    this.render();
    this.focus();
  }

  #wireAttachments(): void {
    const dialog = find("attach-dialog", HTMLDialogElement);
    const form = find("attach-form", HTMLFormElement);
    const url = find("attach-url", HTMLInputElement);
    const title = find("attach-title", HTMLInputElement);
    const error = find("attach-error");
    const kinds = form.elements.namedItem("kind") as RadioNodeList;

    this.#attach.addEventListener("click", () => {
      form.reset();
      error.textContent = "";
      dialog.showModal();
    });
    find("attach-cancel").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => this.focus());
    url.addEventListener("input", () => {
      kinds.value = /\.(avif|gif|jpe?g|png|svg|webp)([?#]|$)/i.test(url.value) ? "image" : "file";
    });
    form.addEventListener("submit", (event) => {
      const address = webAddress(url.value);
      if (!address) {
        event.preventDefault();
        error.textContent = "Enter an address that begins with http:// or https://";
        url.focus();
        return;
      }
      const name = title.value.trim() || address.pathname.split("/").findLast(Boolean) || address.host;
      this.#setAttachment({
        type: kinds.value === "image" ? "image" : "file",
        url: address.href,
        name: name.slice(0, 100),
      });
    });
    find("detach").addEventListener("click", () => {
      this.#setAttachment(undefined);
      this.focus();
    });
  }

  #setAttachment(attachment: Attachment | undefined): void {
    this.#attachment = attachment;
    this.#attached.hidden = !attachment;
    find("attached-name").textContent = attachment?.name ?? "";
    if (attachment) this.render();
  }
}

function webAddress(text: string): URL | undefined {
  const url = URL.parse(text.trim());
  return url?.protocol === "https:" || url?.protocol === "http:" ? url : undefined;
}
