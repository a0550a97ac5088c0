import type { Client } from "@ws-kit/client";
import { createComponent, createContext, type JSX, onCleanup, untrack, useContext } from "solid-js";

const ClientContext = createContext<Client>();

export interface WsProviderProps {
  /** A client that is the application's, or a function that makes one, which is closed when the provider is disposed of. */
  client: Client | (() => Client);
  children?: JSX.Element;
}

/**
 * Gives a client to what is below it. It dials when the first of that has something to listen to or to ask, on a server never.
 *
 * @example
 * <WsProvider client={() => wsClient({ url: "wss://example.com/ws" })}>
 *   <Chat />
 * </WsProvider>
 */
export function WsProvider(props: WsProviderProps): JSX.Element {
  const client = untrack(() => props.client);
  const value = typeof client === "function" ? client() : client;
  if (value !== client) onCleanup(() => void value.close(1000, "Unmounted"));
  return createComponent(ClientContext.Provider, {
    value,
    get children() {
      return props.children;
    },
  });
}

/**
 * The client itself, to send in an event handler.
 * @throws Error where there is no `WsProvider` above.
 */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === undefined) throw new Error("No <WsProvider client={…}> above this component");
  return client;
}
