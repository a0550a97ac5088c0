import { defineConfig } from "vitest/config";

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
        },
      },
      {
        test: {
          name: "integration",
          include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "test/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
