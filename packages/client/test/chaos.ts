/**
 * The long form of the chaos test: `[SEED=…] [ONLY=resumed] pnpm chaos [minutes] [kills]`. Prints what it found; exit code 1 on a
 * fault.
 */
import { launchBrowser } from "../../../test/browser.ts";
import {
  falseReports,
  faults,
  type Findings,
  resumeFaults,
  throughKills,
  throughLife,
  throughProxy,
} from "./chaos/run.ts";

const [minutes = 10, kills = 100] = process.argv.slice(2).map(Number);
const found: string[] = [];
const seed = Number(process.env["SEED"] ?? Date.now());
const browser = await launchBrowser();
const network = (resumed: boolean) => throughProxy(browser, minutes * 60_000, seed, resumed);
const parts: readonly (readonly [string, (findings: Findings) => string[], () => Promise<Findings>])[] = [
  [
    `${minutes / 2} minutes of a page's life`,
    (findings) => faults(findings, true, true),
    () => throughLife(browser, minutes * 30_000, seed),
  ],
  [`${minutes} minutes of bad network`, (findings) => faults(findings, true), () => network(false)],
  [`${minutes} minutes of bad network, resumed`, resumeFaults, () => network(true)],
  [`${kills} kills`, (findings) => faults(findings, false), () => throughKills(browser, kills, seed)],
];
const wanted = parts.filter(([title]) => title.includes(process.env["ONLY"] ?? ""));
if (wanted.length === 0)
  throw new Error(`No part is called ${process.env["ONLY"]}: ${parts.map(([title]) => title).join(", ")}`);
for (const [name, faultsOf, run] of wanted) {
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
  found.push(...faultsOf(findings));
}
await browser.close();
console.log(found.length === 0 ? "No fault" : found.join("\n"));
process.exitCode = found.length === 0 ? 0 : 1;
