import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { stopping } from "@ws-kit/conformance";
import { expect, test } from "vitest";

stopping("node", process.execPath, [`${import.meta.dirname}/stopping-server.ts`]);

// Node ends with code 13 where a promise is still waited for and nothing may settle it.
test("the process stays alive until its server has stopped, whatever else there is", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [`${import.meta.dirname}/last-server.ts`]);
  expect(stdout).toContain("stopped");
}, 20_000);
