import { conformance, spawnTarget } from "@ws-kit/conformance";

conformance("bun", () => spawnTarget("bun", [`${import.meta.dirname}/server.ts`]));
