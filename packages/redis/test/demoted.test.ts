import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { expect, it } from "vitest";
import { CLIENTS } from "./clients.ts";
import { type DemotedFindings, findDemoted } from "./demoted.ts";

const FOUND: DemotedFindings = {
  cause: "Error: The server is a replica: what is published to it does not reach its primary",
  meanwhile: { ok: true, matched: 0, remote: "away" },
  after: { ok: true, matched: 0, remote: "sent" },
  reports: "up down up",
};

withServer("redis", "a primary that another one has replaced, and that keeps its connections", (path) => {
  it.each(["node-redis", "ioredis"])("is left: by %s", async (client) => {
    expect(await findDemoted(client, path)).toEqual(FOUND);
  });

  it.each(Object.keys(CLIENTS))("is left: on Bun, by %s", async (client) => {
    const { stdout } = await promisify(execFile)("bun", [`${import.meta.dirname}/demoted-on-bun.ts`, path, client]);
    expect(JSON.parse(stdout)).toEqual(FOUND);
  });
});
