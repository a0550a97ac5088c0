import { chaosTest } from "@ws-kit/chaos/suite";
import { startNats } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { freePort } from "../../../test/ports.ts";

withServer("nats", "three nodes and a NATS, of which any may die", (path) => {
  for (const runtime of ["node", "bun"]) {
    let monitoring: number;
    chaosTest(`on ${runtime}`, {
      start: async () => {
        monitoring = await freePort();
        return startNats(path, ["-m", String(monitoring)]);
      },
      subscriptions: async () => {
        const answer = await fetch(`http://127.0.0.1:${monitoring}/connz`);
        const { connections } = (await answer.json()) as { connections: { subscriptions: number }[] };
        return connections.reduce((sum, { subscriptions }) => sum + subscriptions, 0);
      },
      node: [runtime, `${import.meta.dirname}/chaos-node.ts`],
    });
  }
});
