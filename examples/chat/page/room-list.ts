import type { Chat } from "./chat.ts";
import { find, make, setText } from "./dom.ts";
import type { Room } from "./room.ts";

/** The rooms at the side. One of them is in the tab order; arrow keys, Home and End move among them. */
export class RoomList {
  readonly #chat: Chat;
  readonly #list = find("rooms");
  readonly #items = new Map<string, { button: HTMLButtonElement; count: HTMLElement; badge: HTMLElement }>();

  constructor(chat: Chat) {
    this.#chat = chat;
    this.#list.addEventListener("keydown", (event) => this.#move(event));
  }

  render(): void {
    const { rooms, current } = this.#chat;
    for (const room of rooms.values()) {
      const item = this.#items.get(room.summary.id) ?? this.#addItem(room);
      item.button.classList.toggle("joined", this.#chat.hasJoined(room));
      item.button.ariaCurrent = room === current ? "page" : null;
      setText(item.count, room.summary.userCount === 0 ? "" : `${room.summary.userCount} here`);
      setText(item.badge, room.unread === 0 ? "" : room.unread > 99 ? "99+" : String(room.unread));
      item.badge.ariaLabel = room.unread === 0 ? "" : `${room.unread} unread`;
      item.badge.hidden = room.unread === 0;
    }
    for (const [id, { button }] of this.#items) {
      if (!rooms.has(id)) {
        button.parentElement?.remove();
        this.#items.delete(id);
      }
    }
    const inOrder = this.#items.get(current?.summary.id ?? "")?.button ?? this.#buttons()[0];
    for (const button of this.#buttons()) button.tabIndex = button === inOrder ? 0 : -1;
  }

  focus(): void {
    this.#buttons()
      .find((button) => button.tabIndex === 0)
      ?.focus();
  }

  #addItem(room: Room) {
    const count = make("span", "count");
    const badge = make("span", "badge");
    const button = make(
      "button",
      "room-item",
      make("span", "room-item-name", room.summary.name),
      badge,
      make("span", "room-item-topic", room.summary.topic),
      count,
    );
    button.type = "button";
    button.addEventListener("click", () => this.#chat.open(room.summary.id));
    this.#list.append(make("li", "", button));
    const item = { button, count, badge };
    this.#items.set(room.summary.id, item);
    return item;
  }

  #buttons(): HTMLButtonElement[] {
    return [...this.#list.querySelectorAll("button")];
  }

  #move(event: KeyboardEvent): void {
    const buttons = this.#buttons();
    const index = buttons.findIndex((button) => button === document.activeElement);
    const targets: { [key: string]: number } = {
      ArrowUp: index - 1,
      ArrowDown: index + 1,
      Home: 0,
      End: buttons.length - 1,
    };
    const target = buttons[targets[event.key] ?? -1];
    if (!target) return;
    event.preventDefault();
    target.focus();
  }
}
