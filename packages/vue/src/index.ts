import type { AnyRpc } from "@ws-kit/client";
import { type ArgsIn, type AskArgs, createHooks, type Hooks, type Refetched } from "@ws-kit/client/views";
import { toValue } from "vue";
import { useClient } from "./provider.ts";
import { type Refs, type RefsForm, shown, whileMounted } from "./shown.ts";

export { useClient, wsKit, type WsKitOptions } from "./provider.ts";
export type { Refs, RefsForm } from "./shown.ts";

const hooks: Hooks<RefsForm> = /* @__PURE__ */ createHooks<RefsForm>({ useClient, shown, read: toValue, whileMounted });

/**
 * Where the connection stands, with the circumstances of its last change: `code` and `reason` where it was closed, `delayMs`
 * and `attempt` where it waits to dial again.
 *
 * @function
 * @example
 * const { state, attempt } = useConnection();
 */
export const useConnection: Hooks<RefsForm>["useConnection"] = hooks.useConnection;

/**
 * Round trip of the last heartbeat in milliseconds, `ms`; undefined before the first.
 *
 * @function
 * @param intervalMs How often it is looked at. Default: 1,000.
 */
export const useLatency: Hooks<RefsForm>["useLatency"] = hooks.useLatency;

/**
 * Calls the handler for each message of this type while the component is mounted.
 *
 * @function
 * @param topic A recorded topic that `useTopic` follows: its messages alone, which say where they stand.
 * @example
 * useMessage(Said, ({ payload }) => texts.value.push(payload.text));
 */
export const useMessage: Hooks<RefsForm>["useMessage"] = hooks.useMessage;

/**
 * Follows a topic while the component is mounted, now and on each new connection. Several components that follow one share it.
 * Another name follows the other topic instead.
 *
 * @function
 * @example
 * const room = useTopic(() => Room({ id: props.id }), { onGap: () => reload() });
 * useMessage(Said, ({ payload }) => append(payload), room);
 */
export const useTopic: Hooks<RefsForm>["useTopic"] = hooks.useTopic;

/**
 * Follows a topic while the component is mounted, and tells who is there. With a state this client is there as well, until
 * the component is unmounted or the state is undefined; another state replaces what was said. Of several components that give
 * a state in one topic the last one speaks.
 *
 * @function
 * @throws TypeError where the client does not have the part `presence()`.
 * @example
 * const { members } = usePresence(() => Room({ id: props.id }), () => ({ name, idle: idle.value }));
 */
export const usePresence: Hooks<RefsForm>["usePresence"] = hooks.usePresence;

/** What an rpc is asked with: each value as it is, in a ref, or as a function that reads it. */
export type Arguments<R extends AnyRpc, Args = AskArgs<R>> = ArgsIn<RefsForm, Args>;

/** What became of a question; `refetch` asks once more. */
export type RequestRefs<T> = Refs<T> & Refetched;

/**
 * Asks when the component is mounted, and again when what is asked changes. Another question, or unmounting, aborts the one
 * under way, here and on the server. What a slower, older request answers is never shown.
 *
 * @function
 * @example
 * const { data, error, isPending } = useRequest(GetUser, () => ({ id: props.id }));
 */
export const useRequest: Hooks<RefsForm>["useRequest"] = hooks.useRequest;

/**
 * Asks an rpc that reports while it runs, as `useRequest` does, and shows each report.
 *
 * @function
 * @example
 * const { progress, data } = useStream(Import, () => ({ file: props.file }));
 */
export const useStream: Hooks<RefsForm>["useStream"] = hooks.useStream;

/**
 * A request that an event asks: a form, a button. The state is of the last call; unmounting aborts what is under way.
 *
 * @function
 * @example
 * const { call: rename, isPending, error } = useCall(Rename);
 */
export const useCall: Hooks<RefsForm>["useCall"] = hooks.useCall;
