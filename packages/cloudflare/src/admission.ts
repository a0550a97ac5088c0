import type { Admission } from "@ws-kit/core/adapter";
import { notJson } from "./state.ts";

type Cf = Record<string, unknown> & { wsKit?: Admission };

/**
 * Hands an admission from the Worker to the object, in the request's `cf`: the runtime carries that between Workers, and
 * no client can set it.
 * @throws TypeError naming what JSON would lose.
 */
export function withAdmission(req: Request, admission: Admission): Request {
  const trouble = notJson(admission.data, "data");
  if (trouble !== undefined) {
    throw new TypeError(
      `What authenticate returns travels to the Durable Object as JSON, and ${trouble}: return something else for it, or give authenticate to createDurableObject()`,
    );
  }
  const cf: Cf = { ...req.cf, wsKit: admission };
  return new Request(req, { cf });
}

/** The admission that came with a request. Undefined where it has not been through `createWorker`. */
export function admissionOf(req: Request): Admission | undefined {
  const admission = req.cf?.["wsKit"] as Admission | undefined;
  // What arrives in `cf` is frozen, and `ctx.data` is for the application to write to.
  return admission && structuredClone(admission);
}
