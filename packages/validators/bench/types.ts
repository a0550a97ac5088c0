import { emitDeclarations } from "../src/declarations.ts";
import { measureTypes, type Library, type Use } from "../src/type-cost.ts";

/** Prints what the types of a contract cost the compiler, above the validator's own. */

await using declarations = await emitDeclarations();
console.log("library    messages  use          instantiations   each   check time (best of 3)");
for (const library of ["zod", "valibot"] satisfies Library[]) {
  for (const count of [50, 200, 500]) {
    for (const use of ["schemas", "messages", "handled"] satisfies Use[]) {
      const runs = [];
      for (let run = 0; run < 3; run++) runs.push(await measureTypes(declarations, library, use, count));
      const [{ instantiations } = { instantiations: Number.NaN }] = runs;
      const { instantiations: none } = await measureTypes(declarations, library, use, 0);
      const each = ((instantiations - none) / count).toFixed(0);
      const best = Math.min(...runs.map(({ checkMs }) => checkMs)).toFixed(0);
      console.log(
        library.padEnd(11) +
          String(count).padStart(8) +
          `  ${use.padEnd(13)}` +
          String(instantiations).padStart(14) +
          each.padStart(7) +
          best.padStart(9) +
          " ms",
      );
    }
  }
}
