import type { AnyRpc } from "@ws-kit/client";
import { type Answer, type AskArgs, type Asked, type Call, createCalls, unasked } from "@ws-kit/client/views";
import type { ClientRequests, WhyNot } from "@ws-kit/core/protocol";
import { useEffect, useMemo, useState } from "react";
import type { RequestState } from "./asking.ts";
import { useClient } from "./provider.ts";
import { useAsked } from "./use-asked.ts";

/**
 * Asks when the component mounts, and again when what is asked changes. Another question, or unmounting, aborts the one under
 * way, here and on the server. What a slower, older request answers is never shown.
 *
 * @example
 * const { data, error, isPending } = useRequest(GetUser, { id });
 */
export function useRequest<R extends AnyRpc>(
  rpc: ClientRequests<WhyNot<R, "client.request(rpc)">> & R,
  ...args: AskArgs<R>
): RequestState<Answer<R>> {
  return useAsked<R>(rpc, args);
}

/**
 * A request that an event asks: a form, a button. The state is of the last call; unmounting aborts what is under way.
 *
 * @example
 * const [rename, { isPending, error }] = useCall(Rename);
 * <button disabled={isPending} onClick={() => void rename({ name }).catch(() => {})}>Rename</button>
 */
export function useCall<R extends AnyRpc>(
  rpc: ClientRequests<WhyNot<R, "client.request(rpc)">> & R,
): readonly [Call<R>, Asked<Answer<R>>] {
  const client = useClient();
  const [asked, setAsked] = useState<Asked<Answer<R>>>(unasked({ enabled: false }));
  const calls = useMemo(() => createCalls<R>(client, rpc, setAsked), [client, rpc]);
  useEffect(() => calls.abort, [calls]);
  return [calls.call, asked];
}
