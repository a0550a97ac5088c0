import { settings } from "@ws-kit/conformance";

settings("node", process.execPath, [`${import.meta.dirname}/settings-server.ts`]);
