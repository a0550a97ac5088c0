import { conformance, spawnTarget, TAGGED_DIALECT } from "@ws-kit/conformance";

const args = [`${import.meta.dirname}/server.ts`, "tagged"];
conformance("node", () => spawnTarget(process.execPath, args), TAGGED_DIALECT);
