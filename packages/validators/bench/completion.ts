import { emitDeclarations } from "../src/declarations.ts";
import { openEditor } from "../src/editor.ts";
import { type Library, programOf } from "../src/type-cost.ts";

/** Prints how long an editor waits for what it offers at `ctx.`, the first time, in a contract that is handled and sent. */

await using declarations = await emitDeclarations();
const RUNS = 5;
console.log("library    messages   first completion (best and median of 5)");
for (const library of ["zod", "valibot"] satisfies Library[]) {
  for (const count of [50, 500]) {
    const program = `${programOf(library, "handled", count)}router.on(M1, (ctx) => { ctx./*|*/ });\n`;
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const { service, offered, marks } = openEditor(declarations, `completion-${library}-${count}.ts`, program);
      // Reading and binding is what opening the file takes.
      service.getProgram();
      const since = performance.now();
      const names = offered(marks("|")[0] as number);
      times.push(performance.now() - since);
      if (!names.includes("payload")) throw new Error(`ctx. offers ${names.join(", ")}`);
    }
    times.sort((a, b) => a - b);
    const [best = 0, , median = 0] = times;
    console.log(
      `${library.padEnd(11)}${String(count).padStart(8)}${best.toFixed(0).padStart(10)} ms${median.toFixed(0).padStart(6)} ms`,
    );
  }
}
