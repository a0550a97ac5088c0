import type { LinkReport } from "../api/cluster.ts";
import { serveRequest } from "../asking/ask-user.ts";
import { Cluster } from "../cluster/cluster.ts";
import type { Local } from "../cluster/link-options.ts";
import type { Answers } from "../cluster/nodes.ts";
import { Replicas } from "../history/replicas.ts";
import type { LogLink } from "../ports/engine-log.ts";
import { codecName, type Packet } from "../protocol/codec.ts";
import type { Presence } from "../presence/presence.ts";
import type { RouterCore } from "../router/core.ts";
import { doToUser } from "../topics/do-to-user.ts";
import type { Listener } from "../state/connection.ts";
import { tellChange } from "../topics/changes.ts";
import { deliverLocally } from "../topics/deliver.ts";

const NO_ENGINE =
  "A Durable Object takes no engine, whose probes would keep it awake: all who follow a topic connect to the same object";

/** A listener that brings what other nodes publish to its followers. */
interface Member extends Listener, Local {
  readonly handlers: RouterCore;
  readonly link: Cluster | undefined;
  readonly presence: Presence | undefined;
}

/**
 * The way to other nodes that a listener shares with its peers; its own, where it has none.
 * @throws TypeError for one that sleeps.
 */
export function joinCluster(hub: Member, isApart: boolean): Cluster | undefined {
  const { binary: bytes, clock, handlers, limits, logger } = hub;
  const { engine } = handlers;
  if (engine === undefined) return undefined;
  if (hub.runtime.sleeps === true) throw new TypeError(NO_ENGINE);
  const { engineTimeoutMs, maxEngineBytes } = limits;
  const report = (change: LinkReport): void => handlers.linkChanged(change, logger);
  const shared = isApart ? undefined : handlers.cluster;
  const logs = hub.recorded && ((link: LogLink) => replicasFor(hub, link));
  const members = hub.presence !== undefined;
  const answers: Answers | undefined = hub.identify && {
    answer: (ask, frame) => (ask.op === "send" && !speaks(hub, frame) ? 0 : doToUser(hub.peers, ask, frame)),
    request: (what, frame, done) => serveRequest([...hub.peers], what, frame, done),
  };
  const options = { engine, bytes, clock, logger, engineTimeoutMs, maxEngineBytes, report, logs, members };
  const cluster = shared ?? new Cluster(options, answers);
  if (shared === undefined) hub.recorded?.serve((topic) => cluster.logsOf(topic) as Replicas);
  if (shared === undefined) hub.presence?.serve(cluster);
  cluster.add(hub);
  if (!isApart) handlers.cluster = cluster;
  return cluster;
}

/** The recorded topics of one link, which tell the followers of all listeners. */
function replicasFor(hub: Member, link: LogLink): Replicas {
  const { clock, limits, peers, recorded } = hub;
  return new Replicas({
    clock,
    link,
    keepingOf: (topic) => recorded?.keepingOf(topic),
    replay: { messages: limits.maxReplayMessages, bytes: limits.maxReplayBytes },
    timeoutMs: limits.engineTimeoutMs,
    ackTimeoutMs: limits.ackTimeoutMs,
    maxBytes: limits.maxEngineBytes,
    tell: (topic, change) => {
      for (const peer of peers) tellChange(peer, topic, change);
    },
  });
}

/** The last listener of a process closes its link. */
export async function leaveCluster(hub: Member): Promise<void> {
  const { followers, handlers, link } = hub;
  if (link === undefined) return;
  link.delete(hub);
  for (const topic of followers.names()) link.unfollow(topic);
  if (link.size > 0) return;
  if (handlers.cluster === link) handlers.cluster = undefined;
  await link.close();
}

/** What another node has published. */
export function deliverFrom(hub: Listener, topic: string, frame: Packet): void {
  if (speaks(hub, frame)) deliverLocally(hub, topic, frame, undefined);
}

/** Whether a frame of another node is one that clients here can read. Says of one that is not where it comes from. */
function speaks({ binary, codec, logger }: Listener, frame: Packet): boolean {
  if ((typeof frame === "string") !== binary) return true;
  const kind = binary ? "text" : "bytes";
  logger.error(`The engine brought a frame of ${kind} from a node whose codec is not ${codecName(codec)}`);
  return false;
}
