import type { Client } from "@ws-kit/client";
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useState,
} from "react";

const ClientContext = createContext<Client | undefined>(undefined);

export interface WsProviderProps {
  /**
   * A client that is the application's, or a function that makes one: that one belongs to the provider, which closes it when
   * it is unmounted.
   */
  client: Client | (() => Client);
  children?: ReactNode;
}

/**
 * Gives a client to the hooks below it. Rendering dials nothing, on a server neither: a client dials when the first hook has
 * something to listen to or to ask.
 *
 * @example
 * <WsProvider client={() => wsClient({ url: "wss://example.com/ws" })}>
 *   <Chat />
 * </WsProvider>
 */
export function WsProvider({ client, children }: WsProviderProps): ReactElement {
  const [own] = useState(() => (typeof client === "function" ? client() : undefined));
  const given = typeof client === "function" ? own : client;
  useEffect(() => (own === undefined ? undefined : keep(own)), [own]);
  return createElement(ClientContext.Provider, { value: given }, children);
}

const leaving = new WeakMap<Client, ReturnType<typeof setTimeout>>();

/** Closes the client when nobody has kept it again at once, as StrictMode and a hot reload do. */
function keep(client: Client): () => void {
  clearTimeout(leaving.get(client));
  return () => {
    leaving.set(
      client,
      setTimeout(() => void client.close(1000, "Unmounted"), 0),
    );
  };
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
