import type { Chat } from "./chat.ts";
import { find, make } from "./dom.ts";
import { avatar } from "./people.ts";
import type { Attachment, Entry, Room, Said } from "./room.ts";
import { dayName, sameDay, timeOfDay } from "./time.ts";

/** Messages of one person this close together, in milliseconds, stand under one name. */
const GROUP_MS = 5 * 60_000;
/** Within this many pixels of the end the list follows new messages. */
const NEAR_END = 80;

/** What was said in the room in sight, newest last. */
export class MessageList {
  readonly #chat: Chat;
  readonly #log = find("log");
  readonly #toLatest = find("to-latest", HTMLButtonElement);
  #room: Room | undefined;
  /** The entries on the page. Entries are only ever added at the end, so what is new is what follows the last of these. */
  #shown: Entry[] = [];
  #following = true;

  constructor(chat: Chat) {
    this.#chat = chat;
    this.#toLatest.addEventListener("click", () => this.#scrollToEnd());
    this.#log.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = this.#log;
      this.#following = scrollHeight - scrollTop - clientHeight < NEAR_END;
      if (this.#following) this.#toLatest.hidden = true;
    });
    // A loaded picture, a bigger text field or the keyboard of a phone would push the end out of sight.
    this.#log.addEventListener("load", () => this.#follow(), true);
    new ResizeObserver(() => this.#follow()).observe(this.#log);
  }

  render(): void {
    const room = this.#chat.current;
    if (!room) {
      this.#room = undefined;
      return;
    }
    if (room !== this.#room || this.#shown[0] !== room.entries[0]) this.#start(room);
    const fresh = room.entries.slice(this.#shown.length);
    this.#log.classList.toggle("nothing", room.entries.length === 0);
    if (fresh.length === 0) return;

    for (const entry of fresh) {
      this.#append(entry, this.#shown.at(-1), room);
      this.#shown.push(entry);
    }
    const last = fresh.at(-1);
    if (last?.kind === "message" && this.#isOwn(last.message)) this.#scrollToEnd();
    else if (this.#following) this.#follow();
    else this.#toLatest.hidden = false;
  }

  #start(room: Room): void {
    if (room !== this.#room) {
      this.#following = true;
      this.#toLatest.hidden = true;
    }
    this.#room = room;
    this.#shown = [];
    this.#log.replaceChildren();
  }

  #append(entry: Entry, before: Entry | undefined, room: Room): void {
    const at = timestampOf(entry);
    const newDay = !before || !sameDay(timestampOf(before), at);
    if (newDay) this.#log.append(make("div", "day", make("span", "", dayName(at))));
    if (entry.kind === "notice") {
      this.#log.append(make("p", "notice", entry.text));
      return;
    }
    const { message } = entry;
    const firstUnread = message.messageId === room.firstUnread;
    if (firstUnread) this.#log.append(make("div", "new", make("span", "", "New")));
    const follows =
      !newDay &&
      !firstUnread &&
      before?.kind === "message" &&
      before.message.userId === message.userId &&
      at - before.message.timestamp < GROUP_MS;
    this.#log.append(this.#message(message, follows));
  }

  #message(message: Said, follows: boolean): HTMLElement {
    const own = this.#isOwn(message);
    const time = make("time", "", timeOfDay(message.timestamp));
    time.dateTime = new Date(message.timestamp).toISOString();

    const bubble = make("div", "bubble");
    if (message.text !== "") bubble.append(make("p", "", ...withLinks(message.text)));
    if (message.attachment) bubble.append(attachment(message.attachment));
    const name = make("span", own ? "author visually-hidden" : "author", own ? "You" : message.username);
    const article = make("article", "message", make("header", "", name, time), bubble);
    if (!own) article.prepend(avatar(message.userId, message.username));
    article.classList.toggle("own", own);
    article.classList.toggle("follows", follows);
    return article;
  }

  #isOwn(message: Said): boolean {
    return message.userId === this.#chat.session?.userId;
  }

  #follow(): void {
    if (this.#following) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #scrollToEnd(): void {
    this.#following = true;
    this.#follow();
    this.#toLatest.hidden = true;
  }
}

function timestampOf(entry: Entry): number {
  return entry.kind === "message" ? entry.message.timestamp : entry.timestamp;
}

/** The text with its web addresses made into links. */
function withLinks(text: string): (Node | string)[] {
  return text.split(/(https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]])/).map((part, index) => {
    return index % 2 === 1 ? link(part, part) : part;
  });
}

function link(url: string, text: string): HTMLAnchorElement {
  const anchor = make("a", "", text);
  anchor.href = url;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}

function attachment({ type, url, name }: Attachment): HTMLElement {
  const anchor = link(url, name);
  anchor.className = `attachment ${type}`;
  if (type === "image") {
    const image = make("img", "");
    image.alt = name;
    image.referrerPolicy = "no-referrer";
    image.src = url;
    image.addEventListener("error", () => image.remove()); // The name and its link remain.
    anchor.prepend(image);
  }
  return anchor;
}
