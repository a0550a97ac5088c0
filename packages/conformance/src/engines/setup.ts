import { spawnSync } from "node:child_process";
import type { TestProject } from "vitest/node";
import { findProgram } from "./find.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the servers are that tests start: engines, Prometheus, proxies. What is missing says why. */
    engineServers: { readonly [name in Program]: Found };
  }
}

export type Found = { readonly path: string } | { readonly missing: string };

const PROGRAMS = {
  redis: "redis-server",
  nats: "nats-server",
  prometheus: "prometheus",
  nginx: "nginx",
  caddy: "caddy",
  haproxy: "haproxy",
} as const;
const NAMES = Object.keys(PROGRAMS) as Program[];
const INSTALL =
  "apt-get update && apt-get install -y redis-server nats-server && " +
  "apt-get install -y --no-install-recommends prometheus nginx caddy haproxy openssl";
/** What Debian starts by itself stays down: at this level no service runs. */
const QUIETLY = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };

/** What tests start as a process of its own. */
export type Program = keyof typeof PROGRAMS;

/** Finds the servers that tests start, and installs them where that is possible: as root on Debian. */
export default function setup(project: TestProject): void {
  let found = findAll();
  if (Object.values(found).includes(undefined) && mayInstall()) {
    console.log(`Installing the servers that tests start: ${INSTALL}`);
    const done = spawnSync("sh", ["-c", INSTALL], { env: { ...process.env, ...QUIETLY } });
    if (done.status !== 0) console.log(String(done.stderr));
    found = findAll();
  }
  const told = (name: Program): Found => {
    const path = found[name];
    return path === undefined ? { missing: `${PROGRAMS[name]} is not on PATH; as root: ${INSTALL}` } : { path };
  };
  project.provide("engineServers", ofEach(told));
}

function findAll(): Record<Program, string | undefined> {
  return ofEach((name) => findProgram(PROGRAMS[name]));
}

function ofEach<T>(make: (name: Program) => T): Record<Program, T> {
  return Object.fromEntries(NAMES.map((name) => [name, make(name)])) as Record<Program, T>;
}

function mayInstall(): boolean {
  return process.getuid?.() === 0 && findProgram("apt-get") !== undefined;
}
