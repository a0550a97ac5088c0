import { inject } from "vitest";

/** Why tests that install from npm are left out: nothing where they can, and in CI, where they have to. */
export function whyLeftOut(): string | undefined {
  return process.env["CI"] === undefined ? inject("offline") : undefined;
}
