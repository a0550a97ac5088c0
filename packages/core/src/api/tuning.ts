import type { Limits } from "./limits.ts";
import type { RuntimeTuning, Tuning } from "../ports/tuning.ts";

/** What holds where nothing is asked for: a frame over `maxMessageBytes` is still read, so that its sender hears why. */
export function defaultTuning({ maxMessageBytes }: Pick<Limits, "maxMessageBytes">): Tuning {
  return { idleTimeoutSeconds: undefined, maxPayloadBytes: maxMessageBytes * 2, compression: undefined };
}

/**
 * Fills in what is left out. Where nothing differs from the defaults, they themselves are the answer.
 * @throws RangeError for a figure that is no such amount, TypeError for a `compression` that is neither on nor off.
 */
export function fillTuning(given: RuntimeTuning, defaults: Tuning): Tuning {
  const { idleTimeoutSeconds = defaults.idleTimeoutSeconds, maxPayloadBytes = defaults.maxPayloadBytes } = given;
  const { compression = defaults.compression } = given;
  if (
    idleTimeoutSeconds !== undefined &&
    !(isNumber(idleTimeoutSeconds) && idleTimeoutSeconds >= 0 && idleTimeoutSeconds < Infinity)
  ) {
    throw new RangeError(`idleTimeoutSeconds must be a number from 0 up, not ${String(idleTimeoutSeconds)}`);
  }
  if (!(isNumber(maxPayloadBytes) && maxPayloadBytes > 0) && maxPayloadBytes !== defaults.maxPayloadBytes) {
    throw new RangeError(`maxPayloadBytes must be a number above 0, not ${String(maxPayloadBytes)}`);
  }
  if (compression !== undefined && typeof compression !== "boolean") {
    throw new TypeError(`compression is true or false, not ${String(compression)}`);
  }
  const same =
    idleTimeoutSeconds === defaults.idleTimeoutSeconds &&
    maxPayloadBytes === defaults.maxPayloadBytes &&
    compression === defaults.compression;
  return same && Object.isFrozen(defaults)
    ? defaults
    : Object.freeze({ idleTimeoutSeconds, maxPayloadBytes, compression });
}

/** Plain JavaScript also gives texts, which compare as numbers do. */
function isNumber(value: unknown): boolean {
  return typeof value === "number";
}

/**
 * The setting of a listener that is not what its sockets have; undefined where they have all of them. A frame limit that
 * nobody asked for may be another one, as long as every message fits through it.
 */
export function unmet(has: Tuning, wants: Tuning, limits: Pick<Limits, "maxMessageBytes">): string | undefined {
  if (has.idleTimeoutSeconds !== wants.idleTimeoutSeconds) return "idleTimeoutSeconds";
  if ((has.compression ?? false) !== (wants.compression ?? false)) return "compression";
  const asked = wants.maxPayloadBytes !== defaultTuning(limits).maxPayloadBytes;
  const fits = asked ? has.maxPayloadBytes === wants.maxPayloadBytes : has.maxPayloadBytes >= limits.maxMessageBytes;
  return fits ? undefined : "maxPayloadBytes";
}
