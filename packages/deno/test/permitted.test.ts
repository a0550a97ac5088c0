import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { DENO } from "./executable.ts";

test("a server needs no permission but the network's, as docs/getting-started.md starts it", async () => {
  const file = `${import.meta.dirname}/permitted-server.ts`;
  const { stdout } = await promisify(execFile)(DENO, ["run", "--allow-net", "--no-prompt", "--quiet", file]);
  expect(JSON.parse(stdout)).toMatchObject({ type: "SUM", payload: { sum: 5 } });
});
