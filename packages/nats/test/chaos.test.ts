import { chaosTest } from "@ws-kit/chaos/suite";
import { startNats } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";

withServer("nats", "three nodes and a NATS, of which any may die", (path) => {
  for (const runtime of ["node", "bun"]) {
    chaosTest(`on ${runtime}`, () => startNats(path), [runtime, `${import.meta.dirname}/chaos-node.ts`]);
  }
});
