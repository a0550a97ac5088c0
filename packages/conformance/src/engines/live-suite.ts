import { beforeAll, expect, it } from "vitest";
import { LIVE_CARRIED, LIVE_FAULT, type LiveFindings } from "./live.ts";

/** Holds what an engine did against what it has to do. */
export function liveSuite(find: () => Promise<LiveFindings>): void {
  let found: LiveFindings;
  beforeAll(async () => {
    found = await find();
  }, 120_000);

  it("carries what one node publishes to the others, once and in order, whatever the topic is called", () => {
    expect(found.carried).toMatchObject(LIVE_CARRIED);
    expect(found.carried.packets).toBeLessThan(100);
  });

  it("killed with -9 and gone for two seconds: what is lost is told, and it is live again within two seconds", () => {
    expect(found.killed).toMatchObject(LIVE_FAULT);
    expect(found.killed.liveAfterMs).toBeLessThan(2_000);
    expect(found.killed.away).toBeGreaterThan(20);
  });

  it("stopped for five seconds, which only a probe finds: the same", () => {
    expect(found.stopped).toMatchObject(LIVE_FAULT);
    expect(found.stopped.liveAfterMs).toBeLessThan(2_000);
  });
}
