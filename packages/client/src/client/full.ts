import type { Client } from "../api/client.ts";
import type { ClientOptions } from "../api/options.ts";
import { createAgreement } from "../link/agreement.ts";
import { createResuming, type Resuming } from "../link/resuming.ts";
import { createRenewal } from "../link/renewal.ts";
import { createRequests } from "../requests/requests.ts";
import { forget, type Memory } from "../socket/resume.ts";
import { join, type SharedSocket } from "../socket/share.ts";
import { createTopics } from "../topics/create-topics.ts";
import { createClient } from "./create-client.ts";

/**
 * Makes a client of one WS-Kit server. Nothing happens before it is used, unless `autoConnect` is true.
 *
 * @example
 * const client = wsClient({ url: "wss://example.com/ws" });
 * client.on(Greeting, ({ payload }) => show(payload.text));
 * client.send(Hello, { name: "Ada" });
 */
export function wsClient(options: ClientOptions): Client {
  let socket: SharedSocket;
  let resuming: Resuming;
  const leads = (): boolean => socket._leads();
  const memory = forget({} as Memory);
  return createClient(options, {
    _connect: (given, target, hear) => (socket = join(memory, given, target, resuming(hear))),
    _createRequests: (given, link, listeners, on) => {
      resuming = createResuming(memory, link);
      const requests = createRequests(given, link, listeners);
      const topics = createTopics(given, link, listeners, on, leads);
      return {
        ...requests,
        _surface: { ...requests._surface, subscribe: topics._subscribe },
        _control: createAgreement(given, link, listeners, createRenewal(given, link, listeners, leads)),
        _topics: topics,
      };
    },
  });
}
