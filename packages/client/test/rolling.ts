/** The long form of the rolling restart: `pnpm rolling [rounds]`. Prints what became of the clients; exit code 1 on a loss. */
import { roll } from "./rolling/run.ts";

const rounds = Number(process.argv[2] ?? 5);
let lost = false;
for (const runtime of ["bun", "node"] as const) {
  const outcome = await roll({ runtime, clients: 100, delayMs: 80, rounds, everyMs: 50 });
  console.log(`${runtime}, ${rounds} rounds:`, outcome);
  lost ||= outcome.answered < outcome.calls || Object.keys(outcome.reported).length > 0 || outcome.missing > 0;
}
process.exit(lost ? 1 : 0);
