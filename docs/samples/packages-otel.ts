export { createRouter, url, wsClient } from "./telemetry.ts";
