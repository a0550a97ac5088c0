import { defineConfig } from "vitest/config";

// The router is tested in memory; what `vite.config.ts` has is for the Worker.
export default defineConfig({});
