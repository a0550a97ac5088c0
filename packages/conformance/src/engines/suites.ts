import { describe, inject, test } from "vitest";
import type { Found, Program } from "./setup.ts";

/**
 * A suite that needs a server, an engine's say. Without one it is left out with the reason and the command that would bring
 * it; in CI that is a failure.
 */
export function withServer(server: Program, name: string, suite: (path: string) => void): void {
  const found: Found = inject("engineServers")[server];
  // oxlint-disable vitest/no-conditional-tests, vitest/valid-title -- what stands in for a suite that cannot run
  if ("path" in found) {
    describe(name, () => {
      suite(found.path);
    });
    return;
  }
  test(name, (context) => {
    if (process.env["CI"]) throw new Error(found.missing);
    context.skip(found.missing);
  });
}
