import { withToken } from "./auth.ts";
import { createCalls } from "./calls.ts";
import { createClient } from "./client.ts";
import type { ClientOptions } from "./options.ts";
import { join } from "./share.ts";
import type { Client } from "./types.ts";

/**
 * Makes a client of one WS-Kit server. Nothing happens before it is used, unless `autoConnect` is true.
 *
 * @example
 * const client = wsClient({ url: "wss://example.com/ws" });
 * client.on(Greeting, ({ payload }) => show(payload.text));
 * client.send(Hello, { name: "Ada" });
 */
export function wsClient(options: ClientOptions): Client {
  return createClient(options, { address: withToken, connect: join, calls: createCalls });
}
