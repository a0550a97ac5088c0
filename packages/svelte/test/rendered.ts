const renders: Record<string, number> = {};
if (typeof window !== "undefined") Object.assign(window, { renders });

/** An effect that shows these has run. */
export function rendered(name: string, ..._shown: unknown[]): void {
  renders[name] = (renders[name] ?? 0) + 1;
}
