import type { ExtensionConnection } from "../src/api/extension-connection.ts";
import type { Extension, Hooks } from "../src/api/extensions.ts";

export const EVENTS = [
  "opened",
  "closed",
  "joined",
  "parted",
  "published",
  "received",
  "sent",
  "settled",
  "answered",
  "refused",
  "failed",
] as const;

export type Fact = { readonly hook: string; readonly clientId: string | undefined } & Record<string, unknown>;

/** Keeps all it is told, in order. */
export function witness(): { extension: Extension; told: Fact[]; of: (hook: string) => Record<string, unknown>[] } {
  const told: Fact[] = [];
  const keep =
    (hook: string) =>
    (connection: ExtensionConnection | undefined, fact: object): void =>
      void told.push({ hook, clientId: connection?.clientId, ...fact });
  const hooks = Object.fromEntries(EVENTS.map((hook) => [hook, keep(hook)])) as Hooks;
  const of = (hook: string) => told.filter((each) => each.hook === hook);
  return { extension: { name: "witness", setup: () => hooks }, told, of };
}

/** An extension of one hook or a few. */
export const having = (hooks: Hooks, name = "test", more: Partial<Extension> = {}): Extension => ({
  name,
  ...more,
  setup: () => hooks,
});
