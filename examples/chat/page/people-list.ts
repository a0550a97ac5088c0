import type { Chat } from "./chat.ts";
import { find, make } from "./dom.ts";
import { avatar } from "./people.ts";
import type { People } from "./room.ts";

/** Most people that are named. */
const MOST = 8;

interface Person {
  readonly userId: string;
  readonly username: string;
  readonly isIdle: boolean;
  readonly devices: number;
}

/** Who is in the room in sight: each user once, however many devices they are there with. */
export class PeopleList {
  readonly #chat: Chat;
  readonly #list = find("people");
  #shown: People | undefined;

  constructor(chat: Chat) {
    this.#chat = chat;
  }

  render(): void {
    const { current, session } = this.#chat;
    if (current === undefined || current.people === this.#shown) return;
    this.#shown = current.people;
    const people = sorted(current.people);
    const items = people.slice(0, MOST).map((person) => itemOf(person, person.userId === session?.userId));
    if (people.length > MOST) items.push(make("li", "person", `and ${people.length - MOST} more`));
    this.#list.replaceChildren(...items);
  }
}

/** Those who are at it first, and by name. Somebody is idle where all of their devices are. */
function sorted(members: People): Person[] {
  const people = [...members].map(([userId, devices]) => ({
    userId,
    username: devices[0]?.username ?? "",
    isIdle: devices.every(({ idle }) => idle),
    devices: devices.length,
  }));
  return people.toSorted((a, b) => Number(a.isIdle) - Number(b.isIdle) || a.username.localeCompare(b.username));
}

function itemOf({ userId, username, isIdle, devices }: Person, isMe: boolean): HTMLElement {
  const about = [isIdle && "idle", devices > 1 && `${devices} devices`].filter((word) => word !== false).join(", ");
  const item = make("li", isIdle ? "person idle" : "person", avatar(userId, username), isMe ? "You" : username);
  if (about !== "") item.append(" ", make("span", "muted", about));
  return item;
}
