import type { Client } from "../api/client.ts";
import type { Off } from "../api/off.ts";
import type { Members, WithPresence } from "../api/presence.ts";
import type { Show } from "./show.ts";

/** Who is in a topic, as a component shows it. */
export interface MembersShown<Out> {
  /** By member, what each of its connections says of itself. Another map after each change. */
  readonly members: ReadonlyMap<string, readonly Out[]>;
  /** How many: more than `members.size`, which is then 0, where the topic has too many to be told of each. */
  readonly count: number;
}

/** What is shown of a topic before it is entered. */
export const NOBODY: MembersShown<never> = { members: new Map<string, never>(), count: 0 };

/** A component's presence: in one topic, with one state. */
export interface Presence<In> {
  /**
   * Follows a topic, shows who is there and says there what is said, until it is called off.
   * @throws TypeError where the client does not have the part `presence()`.
   */
  readonly enter: (topic: string) => Off;
  /** Says it, in whatever topic is entered, where it is not what was said last; undefined: this client is not there. */
  readonly say: (state: In | undefined) => void;
  /** Says some keys of it anew; nothing where none was given. */
  readonly update: (part: Partial<In>) => void;
}

type Room<In, Out> = WithPresence<In, Out> & { unsubscribe(): void };

/** Of several of one client that give a state in one topic the last one speaks. */
export function createPresence<In, Out>(client: Client, show: Show<MembersShown<Out>>): Presence<In> {
  let room: Room<In, Out> | undefined;
  /** As JSON: a copy of what a framework watches. */
  let said: string | undefined;
  const track = (): void => {
    if (said !== undefined) room?.track(JSON.parse(said) as In);
  };
  return {
    enter(topic) {
      const entered = client.subscribe(topic as never) as unknown as Room<In, Out>;
      if (!("onPresence" in entered)) throw new TypeError("usePresence() needs presence() in the client's use");
      room = entered;
      const tell = (): void => {
        const members: Members<Out> = entered.presence;
        show(() => ({ members: new Map(members), count: members.count }));
      };
      entered.onPresence(tell);
      tell();
      track();
      return () => {
        room = undefined;
        entered.unsubscribe();
      };
    },
    say(state) {
      const next = state === undefined ? undefined : JSON.stringify(state);
      if (next === said) return;
      said = next;
      if (next === undefined) room?.untrack();
      else track();
    },
    update(part) {
      if (said !== undefined) room?.update(part);
    },
  };
}
