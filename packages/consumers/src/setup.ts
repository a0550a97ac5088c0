import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { packAll } from "./pack.ts";
import { startRegistry } from "./registry.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the packages under test are installed from. */
    registry: string;
    /** Why nothing else can be installed; undefined where it can. */
    offline: string | undefined;
  }
}

/** Packs once for all tests of the consumers. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "packed-"));
  const registry = await startRegistry(await packAll(directory));
  project.provide("registry", registry.url);
  project.provide("offline", await whyOffline());
  return async () => {
    await registry[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  };
}

async function whyOffline(): Promise<string | undefined> {
  try {
    const { status } = await fetch("https://registry.npmjs.org/zod", {
      method: "HEAD",
      signal: AbortSignal.timeout(10_000),
    });
    return status < 500 ? undefined : `registry.npmjs.org answers ${status}`;
  } catch (error) {
    return `registry.npmjs.org cannot be reached: ${String(error)}`;
  }
}
