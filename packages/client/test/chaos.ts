/** The long form of the chaos test: `pnpm chaos [minutes] [kills]`. Prints what it found; exit code 1 on a fault. */
import { launchBrowser } from "../../../test/browser.ts";
import { faults, throughKills, throughProxy } from "./chaos/run.ts";

const [minutes = 10, kills = 100] = process.argv.slice(2).map(Number);
const browser = await launchBrowser();
const found: string[] = [];
for (const [name, once, run] of [
  [`${minutes} minutes of bad network`, true, () => throughProxy(browser, minutes * 60_000)],
  [`${kills} kills`, false, () => throughKills(browser, kills)],
] as const) {
  const findings = await run();
  const { report, arrived, stored, events, seed } = findings;
  const { accepted, reported, requests, answered, failed, reconnects } = report;
  console.log(`${name}, seed ${seed}:`, {
    accepted: accepted.length,
    arrived: arrived.length,
    reported: reported.length,
    requests,
    answered,
    failed,
    stored: stored.length,
    reconnects,
    events,
  });
  found.push(...faults(findings, once));
}
await browser.close();
console.log(found.length === 0 ? "No fault" : found.join("\n"));
process.exitCode = found.length === 0 ? 0 : 1;
