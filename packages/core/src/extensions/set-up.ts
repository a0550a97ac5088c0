import type { EndCounter } from "../api/end-counter.ts";
import type { ExtensionConnection } from "../api/extension-connection.ts";
import type { Extension, Hooks } from "../api/extensions.ts";
import type { ControlFrame } from "../api/facts.ts";
import { ListenerHooks } from "./compiled.ts";
import type { Listed, Registered } from "./registered.ts";
import { Heard } from "./heard.ts";
import { listenerFor } from "./listener.ts";
import type { Connection, Listener } from "../state/connection.ts";
import type { CompiledHooks } from "../state/hooks.ts";

/**
 * Sets up a listener's extensions and compiles what they want to hear; undefined where there are none.
 * @throws TypeError for a hook that is no function, and whatever `setup` throws.
 */
export function setUp(hub: Listener, extensions: readonly Extension[]): CompiledHooks<Connection> | undefined {
  if (extensions.length === 0) return undefined;
  const control = new Map<string, Heard<ExtensionConnection, ControlFrame>>();
  const found: Found[] = [];
  const leftOut = new Map<Extension, readonly Listed[]>();
  const ends: EndCounter[] = [];
  const countEnds = (counts: EndCounter): void => {
    ends.push(counts);
    compiled?.change(registered());
  };
  let compiled: ListenerHooks | undefined = undefined as ListenerHooks | undefined;
  const registered = (): Registered => {
    const told = found.filter(({ extension, name }) => leftOut.get(extension)?.includes(name) !== true);
    return { ...listsOf(told), control, ends, timed: isTimed(told) } as unknown as Registered;
  };
  for (const extension of extensions) {
    const leaveOut = (names: readonly Listed[]): void => {
      leftOut.set(extension, [...names]);
      compiled?.change(registered());
    };
    const hooks = extension.setup(listenerFor(hub, extension.control, leaveOut, countEnds));
    for (const name of LISTED) {
      const heard = hear<never, never>(extension, hooks, name, hub);
      if (heard !== undefined) found.push({ extension, name, heard });
    }
    const heard = hear<ExtensionConnection, ControlFrame>(extension, hooks, "control", hub);
    if (heard === undefined) continue;
    if (extension.control === undefined) {
      throw new TypeError(`The extension ${JSON.stringify(extension.name)} has a control hook, and no control type`);
    }
    control.set(extension.control, heard);
  }
  compiled = new ListenerHooks(registered(), hub.clock, hub.logger);
  return compiled;
}

/** A hook that an extension has. */
interface Found {
  readonly extension: Extension;
  readonly name: Listed;
  readonly heard: Heard<never, never>;
}

type Lists = { [K in Listed]: Heard<never, never>[] | undefined };

/** One key a hook, so that what the compiled hooks look at has one shape. */
const NONE: Readonly<Lists> = {
  gate: undefined,
  upgradeRefused: undefined,
  opened: undefined,
  closed: undefined,
  joined: undefined,
  parted: undefined,
  stamp: undefined,
  published: undefined,
  received: undefined,
  sent: undefined,
  settled: undefined,
  answered: undefined,
  refused: undefined,
  failed: undefined,
  disposed: undefined,
};
const LISTED = Object.keys(NONE) as Listed[];

/** What these are given has no time. */
const TIMELESS: readonly Listed[] = ["gate", "stamp", "disposed"];

/** In the order of their extensions. */
function listsOf(told: readonly Found[]): Lists {
  const lists: Lists = { ...NONE };
  for (const { name, heard } of told) {
    (lists[name] ??= []).push(heard);
  }
  return lists;
}

/** Whether any that is told wants to know when. */
function isTimed(told: readonly Found[]): boolean {
  return told.some(({ extension, name }) => extension.timed !== false && !TIMELESS.includes(name));
}

function hear<A, B>({ name }: Extension, hooks: Hooks, hook: keyof Hooks, hub: Listener): Heard<A, B> | undefined {
  const call: unknown = hooks[hook];
  if (call === undefined) return undefined;
  if (typeof call !== "function") {
    throw new TypeError(`The ${hook} hook of the extension ${JSON.stringify(name)} is no function`);
  }
  const { when } = call as Hooks["stamp"] & {};
  return new Heard(name, hook, call.bind(hooks) as (connection: A, fact: B) => unknown, hub.logger, when);
}
