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
   * it is unmounted. Where the tree suspends before it was first shown, what the function made is used again.
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
  const [own, setOwn] = useState(() => (typeof client === "function" ? madeBy(client) : undefined));
  if (typeof client !== "function") return createElement(ClientContext.Provider, { value: client }, null, children);
  const value = own ?? madeBy(client);
  // A function in the place of the application's client.
  if (value !== own) setOwn(value);
  return createElement(ClientContext.Provider, { value }, createElement(Owner, { client: value }), children);
}

/** By what made it, a client that no provider has kept yet: a tree that suspends is rendered anew, and its state is lost. */
const made = new WeakMap<() => Client, Client>();

function madeBy(make: () => Client): Client {
  const before = made.get(make);
  if (before !== undefined) return before;
  const client = make();
  made.set(make, client);
  makers.set(client, make);
  return client;
}

const makers = new WeakMap<Client, () => Client>();

/**
 * Keeps a provider's own client. Before its other children, so that it connects again before they ask. By no layout effect:
 * those end as well where what was shown suspends.
 */
function Owner({ client }: { client: Client }): null {
  useEffect(() => keep(client), [client]);
  return null;
}

/** Who keeps a client, and whether it was closed since nobody did. */
interface Kept {
  keepers: number;
  isClosed: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const kept = new WeakMap<Client, Kept>();

/** Closes the client when nobody has kept it again at once, as StrictMode and a hot reload do. */
function keep(client: Client): () => void {
  const state = kept.get(client) ?? { keepers: 0, isClosed: false, timer: undefined };
  kept.set(client, state);
  const make = makers.get(client);
  if (make !== undefined && made.get(make) === client) made.delete(make);
  state.keepers++;
  clearTimeout(state.timer);
  // What <Activity> has hidden is shown again.
  if (state.isClosed) void client.connect();
  state.isClosed = false;
  return () => {
    if (--state.keepers > 0) return;
    state.timer = setTimeout(() => {
      state.isClosed = true;
      void client.close(1000, "Unmounted");
    }, 0);
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
