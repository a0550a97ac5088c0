import { usersSuite } from "@ws-kit/chaos/users-suite";
import { startNats } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";

withServer("nats", "users on several nodes, by nats", (path) => {
  usersSuite(
    () => startNats(path),
    (port) => [`${import.meta.dirname}/users-node.ts`, String(port)],
  );
});
