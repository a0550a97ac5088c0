import type { Client } from "@ws-kit/client";
import { getContext, onMount, setContext } from "svelte";

const CLIENT = Symbol("@ws-kit/svelte");

/**
 * Gives a client to the component that calls it and to all below. It dials when the first of them has something to listen to or
 * to ask, on a server never.
 *
 * @param client The application's, or a function that makes one, which is closed when the component is destroyed.
 * @example
 * provideClient(() => wsClient({ url: "wss://example.com/ws" }));
 */
export function provideClient(client: Client | (() => Client)): Client {
  const given = typeof client === "function" ? client() : client;
  if (given !== client) onMount(() => () => void given.close(1000, "Unmounted"));
  return setContext(CLIENT, given);
}

/**
 * The client itself, to send in an event handler.
 * @throws Error where none was provided.
 */
export function useClient(): Client {
  const client = getContext<Client | undefined>(CLIENT);
  if (client === undefined) throw new Error("No client: provideClient(client) gives one to the components below");
  return client;
}
