import type { AnyPublishOptions, PublishResult } from "../api/publishing.ts";
import type { AnyMessage } from "../message/message.ts";
import type { Listener } from "../state/connection.ts";
import { publishFrom } from "./publish.ts";

/** Publishes from outside any handler on listeners of whatever routers: on each router once, by one of its listeners. */
export async function publishOnAll(
  listeners: Iterable<Listener>,
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
