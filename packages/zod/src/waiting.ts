import { calmed } from "@ws-kit/core/schema";
import type { ZodCheck, ZodNode } from "./wire.ts";

/**
 * Whether zod is to wait. `false` is fastest, and throws where something has to be waited for; `undefined` waits where a part
 * does; `true` makes a promise of every transform besides.
 */
export type Mode = boolean | undefined;

const modes = new WeakMap<ZodNode, Mode>();

/** How to run a schema so that no promise which it begins is dropped: one that rejects would end the process. */
export function modeOf(schema: ZodNode): Mode {
  const mode = modes.get(schema);
  if (mode !== undefined || modes.has(schema)) return mode;
  const found = look(schema);
  modes.set(schema, found);
  return found;
}

/** Something in it has to be waited for. */
export function waits(schema: ZodNode): void {
  modes.set(schema, true);
}

/** Looks for functions of the application, any of which may return a promise, and for some values alone. */
function look(root: ZodNode): Mode {
  const left: (ZodNode | null | undefined)[] = [root];
  const seen = new Set<ZodNode>();
  let mode: Mode = false;
  while (left.length > 0) {
    const schema = left.pop();
    if (schema === undefined || schema === null || seen.has(schema)) continue;
    seen.add(schema);
    const { def } = schema._zod;
    const own = def.checks?.filter(isOwn) ?? [];
    // One that is nothing else is a check of its own.
    if (def.type === "custom") own.push(schema);
    for (const check of own) hold(check._zod, "check");
    if (def.type === "transform") hold(def, "transform");
    // An object whose own checks alone are the application's is read by code that zod has generated, where it does not wait.
    if (def.transform !== undefined || (own.length > 0 && (schema !== root || def.type !== "object"))) mode = undefined;
    left.push(def.element, def.rest, def.keyType, def.valueType, def.left, def.right, def.catchall);
    left.push(def.innerType, def.in, def.out, def.getter?.(), ...(def.items ?? []), ...(def.options ?? []));
    left.push(...Object.values(def.shape ?? {}));
  }
  return mode;
}

function isOwn({ _zod }: ZodCheck): boolean {
  return _zod.def.check === undefined || _zod.def.check === "custom";
}

type Call = (...given: unknown[]) => unknown;

const held = new WeakSet<Call>();

/** Zod drops the promise of such a function where it throws instead, and of a check behind another one that rejects. */
function hold<K extends string>(owner: { [key in K]?: unknown }, key: K): void {
  const call = owner[key] as Call | undefined;
  if (call === undefined || held.has(call)) return;
  const holding: Call = (...given) => {
    const made = call(...given);
    calmed(made);
    return made;
  };
  held.add(holding);
  owner[key] = holding;
}
