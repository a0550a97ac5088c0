import { spawnSync } from "node:child_process";
import type { TestProject } from "vitest/node";
import { findProgram } from "./find.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the servers of the engines are; what is missing says why. */
    engineServers: { readonly [name in Program]: Found };
  }
}

export type Found = { readonly path: string } | { readonly missing: string };

const PROGRAMS = { redis: "redis-server", nats: "nats-server", prometheus: "prometheus" } as const;
const INSTALL =
  "apt-get update && apt-get install -y redis-server nats-server && apt-get install -y --no-install-recommends prometheus";

/** What tests start as a process of its own. */
export type Program = keyof typeof PROGRAMS;

/** Finds the servers that tests start, and installs them where that is possible: as root on Debian. */
export default function setup(project: TestProject): void {
  let found = findAll();
  if (Object.values(found).includes(undefined) && mayInstall()) {
    console.log(`Installing the servers of the engines: ${INSTALL}`);
    const done = spawnSync("sh", ["-c", INSTALL], { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    if (done.status !== 0) console.log(String(done.stderr));
    found = findAll();
  }
  const told = (name: Program): Found => {
    const path = found[name];
    return path === undefined ? { missing: `${PROGRAMS[name]} is not on PATH; as root: ${INSTALL}` } : { path };
  };
  project.provide("engineServers", { redis: told("redis"), nats: told("nats"), prometheus: told("prometheus") });
}

function findAll(): Record<Program, string | undefined> {
  const { redis, nats, prometheus } = PROGRAMS;
  return { redis: findProgram(redis), nats: findProgram(nats), prometheus: findProgram(prometheus) };
}

function mayInstall(): boolean {
  return process.getuid?.() === 0 && findProgram("apt-get") !== undefined;
}
