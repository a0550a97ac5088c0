import { vanishing } from "@ws-kit/conformance";

vanishing("node", process.execPath, [`${import.meta.dirname}/vanishing-server.ts`]);
