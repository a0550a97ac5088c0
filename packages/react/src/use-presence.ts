import type { Members, WithPresence } from "@ws-kit/client/presence";
import type { Present } from "@ws-kit/core/protocol";
import { useCallback, useRef, useState } from "react";
import { useEarlyEffect } from "./latest.ts";
import { useClient } from "./provider.ts";

/** Who is in a topic, and what this component says of itself there. */
export interface Presence<In, Out> {
  /** By member, what each of its connections says of itself. Another map after each change. */
  readonly members: ReadonlyMap<string, readonly Out[]>;
  /** How many: more than `members.size`, which is then 0, where the topic has too many to be told of each. */
  readonly count: number;
  /** Says some keys of the state anew; nothing where none was given. */
  readonly update: (part: Partial<In>) => void;
}

interface Room<In, Out> extends WithPresence<In, Out> {
  unsubscribe(): void;
}

/**
 * Follows a topic while the component is mounted, and tells who is there. With a state this client is there as well, until
 * the component unmounts or the state is left out; another state replaces what was said. Of several components that give a
 * state in one topic the last one speaks.
 *
 * @throws TypeError where the client does not have the part `presence()`.
 * @example
 * const { members } = usePresence(Room({ id }), { name, idle });
 * return <>{[...members].map(([user, devices]) => <li key={user}>{devices[0]?.name}</li>)}</>;
 */
export function usePresence<In, Out>(topic: string & Present<In, Out>, state?: In): Presence<In, Out> {
  const client = useClient();
  const room = useRef<Room<In, Out>>(undefined);
  const isThere = useRef(false);
  const [seen, setSeen] = useState<{ of: string; members: ReadonlyMap<string, readonly Out[]>; count: number }>({
    of: "",
    members: NOBODY,
    count: 0,
  });
  useEarlyEffect(() => {
    const subscribed = client.subscribe(topic as never) as unknown as Room<In, Out>;
    if (!("onPresence" in subscribed)) throw new TypeError("usePresence() needs presence() in the client's use");
    room.current = subscribed;
    const show = (): void => {
      const members: Members<Out> = subscribed.presence;
      setSeen({ of: topic, members: new Map(members), count: members.count });
    };
    subscribed.onPresence(show);
    show();
    return () => {
      // Others may have the topic as well.
      if (isThere.current) subscribed.untrack();
      isThere.current = false;
      room.current = undefined;
      subscribed.unsubscribe();
    };
  }, [client, topic]);
  const said = state === undefined ? undefined : JSON.stringify(state);
  useEarlyEffect(() => {
    if (said !== undefined) room.current?.track(JSON.parse(said) as In);
    else if (isThere.current) room.current?.untrack();
    isThere.current = said !== undefined;
  }, [client, topic, said]);
  const update = useCallback((part: Partial<In>) => {
    if (isThere.current) room.current?.update(part);
  }, []);
  return seen.of === topic ? { ...seen, update } : { members: NOBODY, count: 0, update };
}

const NOBODY: ReadonlyMap<string, readonly never[]> = new Map();
