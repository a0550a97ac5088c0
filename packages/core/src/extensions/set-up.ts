import type { ExtensionConnection } from "../api/extension-connection.ts";
import type { Extension, Hooks } from "../api/extensions.ts";
import type { ControlFrame } from "../api/facts.ts";
import { type Listed, ListenerHooks, type Registered } from "./compiled.ts";
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
  // One key a hook, so that what the compiled hooks look at has one shape.
  const lists: { [K in Listed]: Heard<never, never>[] | undefined } = {
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
    refused: undefined,
    failed: undefined,
    disposed: undefined,
  };
  for (const extension of extensions) {
    const hooks = extension.setup(listenerFor(hub, extension.control));
    for (const name of Object.keys(lists) as Listed[]) {
      const heard = hear<never, never>(extension, hooks, name, hub);
      if (heard !== undefined) (lists[name] ??= []).push(heard);
    }
    const heard = hear<ExtensionConnection, ControlFrame>(extension, hooks, "control", hub);
    if (heard === undefined) continue;
    if (extension.control === undefined) {
      throw new TypeError(`The extension ${JSON.stringify(extension.name)} has a control hook, and no control type`);
    }
    control.set(extension.control, heard);
  }
  return new ListenerHooks({ ...lists, control } as unknown as Registered, hub.clock, hub.logger);
}

function hear<A, B>({ name }: Extension, hooks: Hooks, hook: keyof Hooks, hub: Listener): Heard<A, B> | undefined {
  const call: unknown = hooks[hook];
  if (call === undefined) return undefined;
  if (typeof call !== "function") {
    throw new TypeError(`The ${hook} hook of the extension ${JSON.stringify(name)} is no function`);
  }
  return new Heard(name, hook, call.bind(hooks) as (connection: A, fact: B) => unknown, hub.logger);
}
