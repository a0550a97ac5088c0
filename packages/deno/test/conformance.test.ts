import { createRequire } from "node:module";
import { join } from "node:path";
import { conformance, spawnTarget } from "@ws-kit/conformance";

// The executable itself: the package's bin would start it as a child, which outlives a kill.
const DENO = join(createRequire(import.meta.url).resolve("deno/package.json"), "..", "deno");

conformance("deno", () => spawnTarget(DENO, ["run", "--allow-all", "--quiet", `${import.meta.dirname}/server.ts`]));
