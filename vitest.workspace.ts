import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** They start Redis, NATS, Prometheus and proxies. */
const ENGINES = ["packages/{redis,nats,otel}/test/**/*.test.ts", "examples/deployment/test/**/*.test.ts"];

/**
 * In CI tests with real processes have a second chance, since others use the machine as well. The reporter names each that needed it:
 * such a test waits for too little, and is to be mended.
 */
const retry = process.env["CI"] ? 1 : 0;

// Vitest no longer looks for a file of this name; the test script passes it with --config.
export default defineConfig({
  test: {
    reporters: process.env["CI"] ? ["default", "./test/summary-reporter.ts"] : ["default"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts"],
          exclude: ["packages/conformance/**"],
          // They take milliseconds, but not on a machine that is busy with something else.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "{docs/,}test/**/*.test.ts"],
          exclude: ["packages/consumers/**", ...ENGINES],
          retry,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Installed from npm, most of it: see packages/consumers.
        test: {
          name: "consumers",
          include: ["packages/consumers/test/*.test.ts"],
          globalSetup: ["packages/consumers/src/setup.ts"],
          retry,
          testTimeout: 60_000,
        },
      },
      {
        // The same in the oldest validators that are supported.
        resolve: { alias: ["zod", "valibot"].flatMap(oldest) },
        test: {
          name: "oldest",
          env: { OLDEST: "true" },
          include: ["packages/validators/test/{suite,zod,replaced}.test.ts"],
        },
      },
      {
        test: {
          name: "engines",
          include: ENGINES,
          globalSetup: "packages/conformance/src/engines/setup.ts",
          retry,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

function oldest(name: string) {
  const folder = join(import.meta.dirname, `packages/validators/node_modules/${name}-oldest`);
  return name === "zod"
    ? [{ find: /^zod(\/.*)?$/, replacement: `${folder}$1/index.js` }]
    : [{ find: /^valibot$/, replacement: `${folder}/dist/index.js` }];
}
