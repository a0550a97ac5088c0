import type { Client } from "../api/client.ts";
import type { ClientOptions } from "../api/options.ts";
import type { ClientPart } from "../api/part.ts";
import type { Handling, HandlersOptions } from "../api/handlers.ts";
import { createHandlers } from "../handlers/create-handlers.ts";
import { createAgreement } from "../link/agreement.ts";
import { createRenewal } from "../link/renewal.ts";
import { createResuming } from "../link/resuming.ts";
import { createRequests } from "../requests/requests.ts";
import { forget, type Memory } from "../socket/resume.ts";
import { join, type SharedSocket } from "../socket/share.ts";
import { addressOf } from "../socket/token.ts";
import { createTopics } from "../topics/create-topics.ts";
import { part } from "./host.ts";

type OptionsNamed<K extends keyof ClientOptions> = Pick<ClientOptions, K>;

/**
 * `request`, `attempt`, `stream` and `observe`.
 *
 * @example
 * const client = wsClient({ url, use: [requests()] });
 * const { payload } = await client.request(GetUser, { id: "7" });
 */
export const requests = (): ClientPart<
  Pick<Client, "request" | "attempt" | "stream" | "observe" | "onOpen">,
  OptionsNamed<"maxPendingRequests">
> => part("requests", createRequests);

/**
 * `handle`: what the server asks (`ctx.request`) is answered by this page. Of clients that share a socket the first one
 * answers.
 *
 * @example
 * const client = wsClient({ url, use: [handlers()] });
 * client.handle(Confirm, ({ payload }) => ({ yes: confirm(payload.text) }));
 */
export const handlers = ({ maxRunning = 64 }: HandlersOptions = {}): ClientPart<Handling> =>
  part("handlers", (host) => createHandlers(host, maxRunning));

/** Tokens: `auth` asks for one before every dial, and for the next while connected, before its time is over. */
export const tokens = (): ClientPart<unknown, OptionsNamed<"auth">> =>
  part("tokens", (host) => {
    createRenewal(host);
    return { _addressOf: addressOf };
  });

/** `contract`: what server and page agree on is compared when they meet. */
export const contracts = (): ClientPart<unknown, OptionsNamed<"contract">> =>
  part("contracts", (host) => {
    createAgreement(host);
    return { _addressOf: addressOf };
  });

/**
 * Connections that a server with `resume` goes on with after a short loss, and sockets that several clients of a page
 * `share`, of which none is gone on with.
 */
export const resume = (): ClientPart<unknown, OptionsNamed<"share">> =>
  part("resume", ({ _link }) => {
    const memory = forget({} as Memory);
    const resuming = createResuming(memory, _link);
    let socket: SharedSocket;
    return {
      _leads: () => socket._leads(),
      _connect: (options, target, hear) => (socket = join(memory, options, target, resuming(hear))),
    };
  });

/** `subscribe`, and topics with a history, whose messages come after a loss as if there had been none. Needs `requests()`. */
export const topics = (): ClientPart<Pick<Client, "subscribe">> => part("topics", createTopics);
