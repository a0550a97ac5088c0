import type { Meter, Tracer } from "@opentelemetry/api";
import { checkOptions } from "@ws-kit/core/protocol";

export interface TracingOptions {
  /** Default: that of the global provider. */
  tracer?: Tracer | undefined;
  /**
   * Share of what nobody traces yet that is traced, from 0 to 1, drawn here: what is left out costs next to nothing, where
   * the SDK's own sampler is asked with a span for each. What is part of a trace goes on with it. Default: 1.
   */
  sample?: number | undefined;
}

export interface InstrumentOptions extends TracingOptions {
  /** Default: that of the global provider. */
  meter?: Meter | undefined;
}

const KINDS = { tracer: "object", meter: "object", sample: "number" } as const;

/** @throws TypeError for an option that there is not; RangeError for a share out of range. */
export function checked<Options extends TracingOptions>(of: string, options: Options): Options & { sample: number } {
  checkOptions(of, options, KINDS);
  const { sample = 1 } = options;
  if (!(sample >= 0 && sample <= 1)) throw new RangeError(`${of}: sample is a share from 0 to 1, not ${sample}`);
  return { ...options, sample };
}
