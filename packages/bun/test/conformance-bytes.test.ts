import { conformance, spawnTarget, TAGGED_DIALECT } from "@ws-kit/conformance";

conformance("bun", () => spawnTarget("bun", [`${import.meta.dirname}/server.ts`, "tagged"]), TAGGED_DIALECT);
