import { execFileSync } from "node:child_process";
import { globSync } from "node:fs";
import { dirname } from "node:path";

/** Checks the programs inside packages that need other types than their package: Workers, beside tests that run on Node. */
const nested = globSync(["packages/*/*/**/tsconfig.json", "examples/*/*/**/tsconfig.json"], {
  exclude: (path) => path.includes("node_modules") || path.includes("dist"),
});
for (const config of nested) {
  try {
    execFileSync("tsc", ["-p", dirname(config)], { stdio: "inherit" });
  } catch {
    console.error(`${config} has errors`);
    process.exitCode = 1;
  }
}
