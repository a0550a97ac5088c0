import { vanishing } from "@ws-kit/conformance";

vanishing("bun", "bun", [`${import.meta.dirname}/vanishing-server.ts`]);
