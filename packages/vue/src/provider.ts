import type { Client } from "@ws-kit/client";
import { inject, type InjectionKey, type Plugin } from "vue";

const CLIENT: InjectionKey<Client> = Symbol("@ws-kit/vue");

export interface WsKitOptions {
  /** A client that is the application's, or a function that makes one, which is closed when the application is unmounted. */
  client: Client | (() => Client);
}

/**
 * Gives a client to all components of an application. It dials when the first of them has something to listen to or to ask,
 * on a server never.
 *
 * @example
 * createApp(App).use(wsKit, { client: () => wsClient({ url: "wss://example.com/ws" }) }).mount("#app");
 */
export const wsKit: Plugin<[WsKitOptions]> = {
  install(app, { client }) {
    const given = typeof client === "function" ? client() : client;
    app.provide(CLIENT, given);
    if (given !== client) app.onUnmount(() => void given.close(1000, "Unmounted"));
  },
};

/**
 * The client itself, to send in an event handler.
 * @throws Error where the application does not use `wsKit`.
 */
export function useClient(): Client {
  const client = inject(CLIENT, undefined);
  if (client === undefined) throw new Error("No client: app.use(wsKit, { client }) gives one to its components");
  return client;
}
