/**
 * The long form of the chaos test: `[SEED=…] pnpm chaos [minutes] [kills]`. Prints what it found; exit code 1 on a fault.
 */
import { launchBrowser } from "../../../test/browser.ts";
import { falseReports, faults, throughKills, throughLife, throughProxy } from "./chaos/run.ts";

const [minutes = 10, kills = 100] = process.argv.slice(2).map(Number);
const browser = await launchBrowser();
const found: string[] = [];
const seed = Number(process.env["SEED"] ?? Date.now());
for (const [name, once, quiet, run] of [
  [`${minutes / 2} minutes of a page's life`, true, true, () => throughLife(browser, minutes * 30_000, seed)],
  [`${minutes} minutes of bad network`, true, false, () => throughProxy(browser, minutes * 60_000, seed)],
  [`${kills} kills`, false, false, () => throughKills(browser, kills, seed)],
] as const) {
  const findings = await run();
  const { report, arrived, stored, events } = findings;
  const { accepted, reported, requests, answered, failed, reconnects } = report;
  console.log(`${name}, seed ${seed}:`, {
    accepted: accepted.length,
    arrived: arrived.length,
    reported: reported.length,
    falselyReported: falseReports(arrived, reported).length,
    requests,
    answered,
    failed,
    stored: stored.length,
    reconnects,
    events,
  });
  found.push(...faults(findings, once, quiet));
}
await browser.close();
console.log(found.length === 0 ? "No fault" : found.join("\n"));
process.exitCode = found.length === 0 ? 0 : 1;
