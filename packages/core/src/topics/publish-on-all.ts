import type { AnyPublishOptions, PublishResult } from "../api/publishing.ts";
import { WsKitError } from "../message/errors.ts";
import type { AnyMessage } from "../message/message.ts";
import type { Listener } from "../state/connection.ts";
import { publishFrom } from "./publish.ts";

/** A router, and the listeners that serve it. */
interface Served {
  servedBy(): ReadonlySet<Listener>;
  /** Why none can be reached from here, where that is so. */
  unreachable(): Error | undefined;
  /** Whether a message is for a log that only a listener reaches, and otherwise how far a publish comes while there is none. */
  unserved(topic: string, type: string): "recorded" | "away" | "none";
}

/** Publishes from outside any handler on listeners of whatever routers: on each router once, by one of its listeners. */
export async function publishOnAll(
  router: Served,
  topic: string,
  message: AnyMessage,
  payload: unknown,
  options: AnyPublishOptions | undefined,
): Promise<PublishResult> {
  const listeners = router.servedBy();
  const [only] = listeners;
  // As nearly every router has.
  const result =
    only !== undefined && listeners.size === 1
      ? await publishFrom(only, undefined, topic, message, payload, options)
      : await publishOnEach(listeners, topic, message, payload, options);
  if (!result.ok) return result;
  const error = router.unreachable();
  if (error !== undefined) return { ok: false, matched: 0, error };
  if (only !== undefined) return result;
  const remote = options?.local === true ? "none" : router.unserved(topic, message?.type);
  return remote === "recorded" ? { ok: false, matched: 0, error: notServed(topic) } : { ...result, remote };
}

async function publishOnEach(
  listeners: ReadonlySet<Listener>,
  topic: string,
  message: AnyMessage,
  payload: unknown,
  options: AnyPublishOptions | undefined,
): Promise<PublishResult> {
  const done = new Set<unknown>();
  const pending: Promise<PublishResult>[] = [];
  for (const hub of listeners) {
    if (done.has(hub.peers)) continue;
    done.add(hub.peers);
    pending.push(publishFrom(hub, undefined, topic, message, payload, options));
  }
  return addUp(await Promise.all(pending));
}

function notServed(topic: string): WsKitError {
  return new WsKitError(
    "UNAVAILABLE",
    `Nothing serves this router, so that ${JSON.stringify(topic)} cannot be recorded`,
  );
}

/** What became of one publish on several routers. */
function addUp(results: readonly PublishResult[]): PublishResult {
  const matched = results.reduce((sum, result) => sum + result.matched, 0);
  for (const result of results) if (!result.ok) return { ...result, matched };
  const remote = (["away", "sent"] as const).find((one) =>
    results.some((result) => result.ok && result.remote === one),
  );
  const kept = results.find((result) => result.ok && result.position !== undefined);
  return { ...kept, ok: true, matched, remote: remote ?? "none" };
}
