import { settings, spawnTarget } from "@ws-kit/conformance";
import { expect, test } from "vitest";
import { DENO, run } from "./executable.ts";

settings("deno", DENO, run("settings-server.ts"), { compresses: false });

test("what Deno cannot honour is refused by its name and Deno's", async () => {
  const target = await spawnTarget(DENO, run("settings-server.ts"));
  expect(target.logs()).toContain("TypeError: compression cannot be set: Deno has no such setting");
  expect(target.logs()).toContain("RangeError: idleTimeoutSeconds of Deno is a whole number");
  await target.stop();
});
