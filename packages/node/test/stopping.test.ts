import { stopping } from "@ws-kit/conformance";

stopping("node", process.execPath, [`${import.meta.dirname}/stopping-server.ts`]);
