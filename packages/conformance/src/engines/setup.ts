import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the servers of the engines are; what is missing says why. */
    engineServers: { readonly redis: Found; readonly nats: Found };
  }
}

export type Found = { readonly path: string } | { readonly missing: string };

const PROGRAMS = { redis: "redis-server", nats: "nats-server" } as const;
const INSTALL = "apt-get update && apt-get install -y redis-server nats-server";

/** Finds the servers that tests of engines start, and installs them where that is possible: as root on Debian. */
export default function setup(project: TestProject): void {
  let found = findAll();
  if (Object.values(found).includes(undefined) && mayInstall()) {
    console.log(`Installing the servers of the engines: ${INSTALL}`);
    const done = spawnSync("sh", ["-c", INSTALL], { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    if (done.status !== 0) console.log(String(done.stderr));
    found = findAll();
  }
  const told = (name: keyof typeof PROGRAMS): Found => {
    const path = found[name];
    return path === undefined ? { missing: `${PROGRAMS[name]} is not on PATH; as root: ${INSTALL}` } : { path };
  };
  project.provide("engineServers", { redis: told("redis"), nats: told("nats") });
}

function findAll(): Record<keyof typeof PROGRAMS, string | undefined> {
  return { redis: find(PROGRAMS.redis), nats: find(PROGRAMS.nats) };
}

function find(program: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function mayInstall(): boolean {
  return process.getuid?.() === 0 && find("apt-get") !== undefined;
}
