import { usersSuite } from "@ws-kit/chaos/users-suite";
import { startRedis } from "@ws-kit/conformance/engines/servers";
import { withServer } from "@ws-kit/conformance/engines/suites";

withServer("redis", "users on several nodes, by redis", (path) => {
  usersSuite(
    () => startRedis(path),
    (port) => [`${import.meta.dirname}/users-node.ts`, String(port)],
  );
});
