import type { NodeConnectionOptions } from "@nats-io/transport-node";
import type { Engine } from "@ws-kit/core/extend";
import { NatsSession } from "./session.ts";

export interface NatsEngineOptions {
  /** Before every subject, so that several routers share one NATS. Default "ws-kit". Without dots, spaces and wildcards. */
  prefix?: string;
}

/**
 * Carries what a router publishes to its other processes by NATS (2.9 or later).
 *
 * Takes what `connect()` of `@nats-io/transport-node` takes and opens two connections of its own, without a reconnect of the
 * library's, since only then is it known when a topic is followed. Subjects are `<prefix>.t.<topic as base64url>`.
 *
 * @throws TypeError for a prefix that is no token of a subject.
 * @example
 * const router = createRouter({ engine: natsEngine({ servers: "nats://localhost:4222" }) });
 */
export function natsEngine(
  connection: NodeConnectionOptions = {},
  { prefix = "ws-kit" }: NatsEngineOptions = {},
): Engine {
  if (prefix === "" || /[.*>\s]/.test(prefix)) {
    throw new TypeError(`A prefix is a string without dots, wildcards and spaces, not ${JSON.stringify(prefix)}`);
  }
  return { name: "nats", connect: (node) => new NatsSession(connection, node, prefix) };
}
