import { createHooks, type Hooks, type PlainForm, read, type Refetched } from "@ws-kit/client/views";
import { useClient } from "./provider.ts";
import { shown, whileMounted } from "./shown.ts";

export { provideClient, useClient } from "./provider.ts";

const hooks: Hooks<PlainForm> = /* @__PURE__ */ createHooks<PlainForm>({ useClient, shown, read, whileMounted });

/**
 * Where the connection stands, with the circumstances of its last change: `code` and `reason` where it was closed, `delayMs`
 * and `attempt` where it waits to dial again.
 *
 * @function
 * @example
 * const connection = useConnection(); // {connection.state}
 */
export const useConnection: Hooks<PlainForm>["useConnection"] = hooks.useConnection;

/**
 * Round trip of the last heartbeat in milliseconds, `ms`; undefined before the first.
 *
 * @function
 * @param intervalMs How often it is looked at. Default: 1,000.
 */
export const useLatency: Hooks<PlainForm>["useLatency"] = hooks.useLatency;

/**
 * Calls the handler for each message of this type while the component is mounted.
 *
 * @function
 * @param topic A recorded topic that `useTopic` follows: its messages alone, which say where they stand.
 * @example
 * useMessage(Said, ({ payload }) => texts.push(payload.text));
 */
export const useMessage: Hooks<PlainForm>["useMessage"] = hooks.useMessage;

/**
 * Follows a topic while the component is mounted, now and on each new connection. Several components that follow one share it.
 * Another name follows the other topic instead.
 *
 * @function
 * @example
 * const room = useTopic(() => Room({ id }), { onGap: () => reload() });
 * useMessage(Said, ({ payload }) => append(payload), room);
 */
export const useTopic: Hooks<PlainForm>["useTopic"] = hooks.useTopic;

/**
 * Follows a topic while the component is mounted, and tells who is there. With a state this client is there as well, until
 * the component is destroyed or the state is undefined; another state replaces what was said. Of several components that give
 * a state in one topic the last one speaks.
 *
 * @function
 * @throws TypeError where the client does not have the part `presence()`.
 * @example
 * const room = usePresence(() => Room({ id }), () => ({ name, idle })); // {room.count}
 */
export const usePresence: Hooks<PlainForm>["usePresence"] = hooks.usePresence;

/** What became of a question; `refetch` asks once more. */
export type RequestFields<T> = T & Refetched;

/**
 * Asks when the component is mounted, and again when what is asked changes. Another question, or an end of the
 * component, aborts the one under way, here and on the server. What a slower, older request answers is never shown.
 *
 * @function
 * @example
 * const user = useRequest(GetUser, () => ({ id })); // {user.data?.name}
 */
export const useRequest: Hooks<PlainForm>["useRequest"] = hooks.useRequest;

/**
 * Asks an rpc that reports while it runs, as `useRequest` does, and shows each report.
 *
 * @function
 * @example
 * const rows = useStream(Import, () => ({ file })); // {rows.progress?.done}
 */
export const useStream: Hooks<PlainForm>["useStream"] = hooks.useStream;

/**
 * A request that an event asks: a form, a button. The state is of the last call; the component's end aborts what is under way.
 *
 * @function
 * @example
 * const renaming = useCall(Rename); // renaming.call({ name }), {renaming.isPending}
 */
export const useCall: Hooks<PlainForm>["useCall"] = hooks.useCall;
