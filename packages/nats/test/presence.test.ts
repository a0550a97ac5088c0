import { membersSuite } from "@ws-kit/conformance/engines/members-suite";
import { presenceSuite } from "@ws-kit/conformance/engines/presence-suite";
import { startNats } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { natsEngine } from "@ws-kit/nats";
import { describe } from "vitest";

withServer("nats", "presence by nats", (path) => {
  describe.each([
    ["node", true],
    ["bun", false],
  ])("on %s", (runtime, leases) => {
    presenceSuite(() => startNats(path, ["-js"]), [runtime, `${import.meta.dirname}/presence-node.ts`], leases);
  });
  membersSuite(
    () => startNats(path, ["-js"]),
    (port) => natsEngine({ servers: `nats://127.0.0.1:${port}` }),
  );
});
