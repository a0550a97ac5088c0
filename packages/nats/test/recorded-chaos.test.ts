import { recordedChaosTest } from "@ws-kit/chaos/recorded-suite";
import { startNats } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";

withServer("nats", "recorded topics, three nodes and a NATS, of which any may die", (path) => {
  for (const [runtime, keeps] of [
    ["node", "everything"],
    ["bun", "everything"],
    ["node", "an older state"],
  ] as const) {
    recordedChaosTest(`on ${runtime}, ${keeps}`, {
      start: () => startNats(path, ["-js"]),
      node: [runtime, `${import.meta.dirname}/chaos-node.ts`],
      isDense: false,
      keeps,
    });
  }
});
