import { fillTuning } from "../api/tuning.ts";
import type { RuntimeTuning, Tuning } from "../ports/tuning.ts";
import { coreOf, type Router } from "../router/router.ts";

/** What a runtime makes of the settings. */
export interface TuningOf {
  /** What errors call it. */
  readonly runtime: string;
  /** Settings that it does not leave to us: it `lacks` one, which may still be asked to be off, or `decides` on it. */
  readonly gaps?: { readonly [Option in "idleTimeoutSeconds" | "compression"]?: "lacks" | "decides" };
  /** Where it counts idle time in whole seconds: the most that it takes. */
  readonly maxIdleSeconds?: number;
}

/**
 * The settings of one listener: its own options, and where it has none the router's.
 *
 * @throws TypeError naming the option and the runtime, for one that the runtime does not have; RangeError for a figure
 * that is no such amount, or none that the runtime takes.
 */
export function resolveTuning<Data>(
  router: Router<Data>,
  options: RuntimeTuning,
  { runtime, gaps = {}, maxIdleSeconds }: TuningOf,
): Tuning {
  const tuning = fillTuning(options, coreOf(router).tuning);
  for (const [option, gap] of Object.entries(gaps)) {
    const asked = tuning[option as keyof typeof gaps];
    if (asked === undefined || (gap === "lacks" && asked === false)) continue;
    const why = gap === "lacks" ? "has no such setting" : "decides on that by itself";
    throw new TypeError(`${option} cannot be set: ${runtime} ${why}`);
  }
  const { idleTimeoutSeconds: seconds = 0 } = tuning;
  if (maxIdleSeconds !== undefined && !(Number.isInteger(seconds) && seconds <= maxIdleSeconds)) {
    throw new RangeError(`idleTimeoutSeconds of ${runtime} is a whole number up to ${maxIdleSeconds}, not ${seconds}`);
  }
  return tuning;
}
