import type { PublishResult } from "../api/publishing.ts";

/** What became of one publish on several routers. */
export function addUp(results: readonly PublishResult[]): PublishResult {
  const matched = results.reduce((sum, result) => sum + result.matched, 0);
  for (const result of results) if (!result.ok) return { ...result, matched };
  const remote = (["away", "sent"] as const).find((one) =>
    results.some((result) => result.ok && result.remote === one),
  );
  return { ok: true, matched, remote: remote ?? "none" };
}
