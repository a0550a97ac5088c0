import { settings, socketsOf, spawnTarget } from "@ws-kit/conformance";
import { expect, test } from "vitest";

const args = [`${import.meta.dirname}/settings-server.ts`];

settings("bun", "bun", args);

test("a server with other settings than its handler is told of", async () => {
  const target = await spawnTarget("bun", args);
  const { connect } = socketsOf(`127.0.0.1:${/^MISTAKEN (\d+)$/m.exec(target.logs())?.[1]}`);
  const code = await new Promise((resolve, reject) => {
    connect("/tight", {}, { message: reject, closed: resolve }).catch(reject);
  });
  expect(code).toBe(1011);
  expect(target.logs()).toContain("another idleTimeoutSeconds than its handler has");
  expect(target.logs()).toContain("websocket: handler.websocket");
  expect(target.logs()).not.toContain("onClose ran");
  for (const seconds of ["0.5", "961"])
    expect(target.logs()).toContain(
      `RangeError: idleTimeoutSeconds of Bun is a whole number up to 960, not ${seconds}`,
    );
  await target.stop();
});
