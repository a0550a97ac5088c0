import { bench, run, summary } from "mitata";
import { dispatchCases } from "./cases.ts";
import { clientCases } from "./client-cases.ts";

/** Every case against its own baseline, with mitata's histograms: all but those that need a pause between messages. */
const cases = [...dispatchCases(), ...(await clientCases())].filter(({ inFlight }) => inFlight === undefined);
for (const baseline of new Set(cases.map((each) => each.baseline))) {
  summary(() => {
    for (const each of cases.filter((other) => other.baseline === baseline)) {
      const measured = bench(each.name, each.run);
      if (each.name === baseline) measured.baseline();
    }
  });
}
await run();
process.exit();
