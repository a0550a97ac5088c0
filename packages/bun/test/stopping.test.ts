import { stopping } from "@ws-kit/conformance";

stopping("bun", "bun", [`${import.meta.dirname}/stopping-server.ts`]);
