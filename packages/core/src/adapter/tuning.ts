import { fillTuning } from "../api/tuning.ts";
import type { RuntimeTuning, Tuning } from "../ports/tuning.ts";
import { coreOf, type Router } from "../router/router.ts";

/** Settings that a runtime does not leave to us: it `lacks` one, which may still be asked to be off, or `decides` on it. */
export type TuningGaps = { readonly [Option in Exclude<keyof RuntimeTuning, "maxPayloadBytes">]?: "lacks" | "decides" };

/**
 * The settings of one listener: its own options, and where it has none the router's.
 *
 * @param runtime What errors call it.
 * @throws TypeError naming the option and the runtime, for one that the runtime cannot honour; RangeError for a figure
 * that is no such amount.
 */
export function resolveTuning<Data>(
  router: Router<Data>,
  options: RuntimeTuning,
  runtime: string,
  gaps: TuningGaps = {},
): Tuning {
  const tuning = fillTuning(options, coreOf(router).tuning);
  for (const [option, gap] of Object.entries(gaps)) {
    const asked = tuning[option as keyof TuningGaps];
    if (asked === undefined || (gap === "lacks" && asked === false)) continue;
    const why = gap === "lacks" ? "has no such setting" : "decides on that by itself";
    throw new TypeError(`${option} cannot be set: ${runtime} ${why}`);
  }
  return tuning;
}
