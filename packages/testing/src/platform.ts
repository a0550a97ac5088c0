/** What a server in memory needs of the platform, beyond what a page has. */
const NEEDED = ["Headers", "MessageChannel", "Request", "Response"] as const;

interface NodeProcess {
  getBuiltinModule?(id: "node:vm"): { runInThisContext(code: string): unknown };
}

/**
 * Fills in what the environment of a test lacks and the runtime around it has: jest's jsdom gives tests the globals of a
 * page alone, and not even all of them.
 *
 * @throws Error naming what is missing and cannot be had.
 */
export function completeGlobals(): void {
  const scope = globalThis as { [name: string]: unknown; process?: NodeProcess };
  for (const name of NEEDED) {
    if (scope[name] !== undefined) continue;
    const found = scope.process?.getBuiltinModule?.("node:vm").runInThisContext(`globalThis.${name}`);
    if (found === undefined) throw new Error(`A test server needs ${name}, which this environment does not have`);
    Object.defineProperty(scope, name, { value: found, configurable: true, writable: true });
  }
}
