import { conformance, spawnTarget } from "@ws-kit/conformance";

conformance("node", () => spawnTarget(process.execPath, [`${import.meta.dirname}/server.ts`]));
