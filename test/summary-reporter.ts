import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

const ARTIFACTS = join(import.meta.dirname, "..", "artifacts");

/** What `.ci/run` reads after the tests. */
export interface Summary {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Counts the run into `artifacts/test-summary.json`, fails it when a test is skipped without saying why, and names what passed only
 * when it was run again.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const summary: Summary = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      // A file that cannot be loaded, or whose hooks fail, has errors of its own and perhaps no test at all.
      summary.failed += module.errors().length;
      for (const suite of module.children.allSuites()) summary.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "passed") {
          summary.passed += 1;
          if (test.diagnostic()?.flaky) {
            const why = (result.errors ?? []).map(({ message, diff }) => `${message}\n${diff ?? ""}`);
            console.error(`Failed once, then passed: ${test.fullName} (${module.moduleId})\n${why.join("\n")}`);
          }
        } else if (result.state === "skipped" && result.note) summary.skipped += 1;
        else {
          summary.failed += 1;
          if (result.state !== "failed")
            console.error(`Skipped without a reason: ${test.fullName} (${module.moduleId})`);
        }
      }
    }
    if (summary.failed > 0) process.exitCode = 1;
    mkdirSync(ARTIFACTS, { recursive: true });
    writeFileSync(join(ARTIFACTS, "test-summary.json"), `${JSON.stringify(summary)}\n`);
  }
}
