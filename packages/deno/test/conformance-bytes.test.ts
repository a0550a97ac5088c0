import { conformance, spawnTarget, TAGGED_DIALECT } from "@ws-kit/conformance";
import { DENO, run } from "./executable.ts";

conformance("deno", () => spawnTarget(DENO, [...run("server.ts"), "tagged"]), TAGGED_DIALECT);
