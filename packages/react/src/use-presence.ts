import { createPresence, type MembersShown, NOBODY } from "@ws-kit/client/views";
import type { Present } from "@ws-kit/core/protocol";
import { useMemo, useState } from "react";
import { useEarlyEffect } from "./latest.ts";
import { useClient } from "./provider.ts";

/** Who is in a topic, and what this component says of itself there. */
export interface Presence<In, Out> extends MembersShown<Out> {
  /** Says some keys of the state anew; nothing where none was given. */
  readonly update: (part: Partial<In>) => void;
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
  const [seen, setSeen] = useState<{ of: string; who: MembersShown<Out> }>({ of: topic, who: NOBODY });
  const { enter, say, update } = useMemo(
    () => createPresence<In, Out>(client, (change) => setSeen(({ of, who }) => ({ of, who: change(who) }))),
    [client],
  );
  useEarlyEffect(() => {
    setSeen((now) => (now.of === topic ? now : { of: topic, who: NOBODY }));
    return enter(topic);
  }, [enter, topic]);
  // At each render: it says what is new.
  useEarlyEffect(() => say(state));
  // Between a new name and its effect, what is known is of the old one.
  return { ...(seen.of === topic ? seen.who : NOBODY), update };
}
