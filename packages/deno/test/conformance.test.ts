import { conformance, spawnTarget } from "@ws-kit/conformance";
import { DENO, run } from "./executable.ts";

conformance("deno", () => spawnTarget(DENO, run("server.ts")));
