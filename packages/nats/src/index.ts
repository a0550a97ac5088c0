import type { NodeConnectionOptions } from "@nats-io/transport-node";
import type { Engine, NodeSide } from "@ws-kit/core/extend";
import { NatsSession } from "./session.ts";

export interface NatsEngineOptions {
  /** Servers of the cluster that keep a copy of what is recorded. Default 1: three lose nothing that was acknowledged. */
  replicas?: number | undefined;
  /**
   * Where recorded topics are kept: "memory" is gone when the server is, and in a cluster needs three replicas. Default "file". A
   * stream that exists stays as it is.
   */
  storage?: "file" | "memory" | undefined;
  /** Before every subject, so that several routers share one NATS. Default "ws-kit". Without dots, spaces and wildcards. */
  prefix?: string | undefined;
}

/**
 * Carries what a router publishes to its other processes by NATS (2.9 or later).
 *
 * Takes what `connect()` of `@nats-io/transport-node` takes and opens two connections of its own, without a reconnect of the
 * library's, since only then is it known when a topic is followed. Subjects are `<prefix>.t.<topic as base64url>`,
 * and others below the prefix.
 *
 * Topics with a history are kept by JetStream, in a stream for each family of topics that is made where it is missing.
 *
 * @throws TypeError for a prefix that is no token of a subject, and for replicas or a storage that there is not.
 * @example
 * const router = createRouter({ engine: natsEngine({ servers: "nats://localhost:4222" }) });
 */
export function natsEngine(
  connection: NodeConnectionOptions = {},
  { prefix = "ws-kit", replicas, storage }: NatsEngineOptions = {},
): Engine {
  if (prefix === "" || /[.*>\s]/.test(prefix)) {
    throw new TypeError(`A prefix is a string without dots, wildcards and spaces, not ${JSON.stringify(prefix)}`);
  }
  if (replicas !== undefined && !(Number.isInteger(replicas) && replicas >= 1 && replicas <= 5)) {
    throw new TypeError(`replicas is a whole number from 1 to 5, not ${String(replicas)}`);
  }
  if (storage !== undefined && storage !== "file" && storage !== "memory") {
    throw new TypeError(`storage is "file" or "memory", not ${JSON.stringify(storage)}`);
  }
  const session = (node: NodeSide): NatsSession => new NatsSession(connection, node, prefix, { replicas, storage });
  return { name: "nats", records: true, members: true, connect: session };
}
