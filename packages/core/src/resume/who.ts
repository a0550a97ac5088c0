import { isPromise } from "../base/when.ts";
import { report } from "../sending/report.ts";
import type { Listener } from "../state/connection.ts";

const NOBODY = "\u0000";

/**
 * Whose a connection is by what `authenticate` returned: the same text for the same person. By `identify`, or where that says
 * nothing by the record itself.
 *
 * @param data The record as `ctx.data` holds it in the beginning.
 * @returns undefined for who is like nobody else, since the record cannot be compared.
 */
export function whoIs(hub: Listener, record: object, data: Readonly<Record<string, unknown>>): string | undefined {
  try {
    const id: unknown = (hub.identify as ((data: unknown) => unknown) | undefined)?.(data);
    if (isPromise(id)) id.then(undefined, () => {});
    if (typeof id === "string" && id !== "") return id;
    const json = JSON.stringify(record);
    // Nobody's id is like that, and most who have no identity have an empty record.
    return json === "{}" ? NOBODY : `\u0000${json}`;
  } catch (error) {
    report(hub, error, undefined);
    return undefined;
  }
}
