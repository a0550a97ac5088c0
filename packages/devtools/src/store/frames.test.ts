import { expect, it } from "vitest";
import { FrameLog, type KeptFrame } from "./frames.ts";

function frame(more: Partial<KeptFrame>): KeptFrame {
  const none = { clientId: undefined, correlationId: undefined, topic: undefined, fault: undefined, packet: undefined };
  return { n: 0, at: 0, direction: "in", type: "T", kind: "on", matched: 1, length: 0, ...none, ...more };
}

it("is bounded by all that its frames hold, names included", () => {
  const log = new FrameLog(100, 1_000);
  for (let i = 0; i < 50; i++) {
    log.add(frame({ type: "t".repeat(100), correlationId: "c".repeat(50), length: 50 }));
  }
  expect([...log.ring.newest()]).toHaveLength(5);
  for (let i = 0; i < 50; i++) log.add(frame({ length: 9 }));
  expect([...log.ring.newest()]).toHaveLength(50 + 2);
});
