import type { Extension } from "../api/extensions.ts";
import {
  ABORT_TYPE,
  AUTH_TYPE,
  CONTROL_PREFIX,
  GOAWAY_TYPE,
  PING_TYPE,
  PONG_TYPE,
  PROGRESS_TYPE,
} from "../protocol/envelope.ts";

const TAKEN: readonly string[] = [ABORT_TYPE, AUTH_TYPE, GOAWAY_TYPE, PING_TYPE, PONG_TYPE, PROGRESS_TYPE];

/** @throws TypeError for an extension without a name or a setup, or whose control type is the protocol's or nobody's. */
export function checkExtension(extension: Extension): void {
  const { name, control } = extension;
  if (typeof name !== "string" || name === "") throw new TypeError("An extension needs a name");
  const called = `The extension ${JSON.stringify(name)}`;
  if (typeof extension.setup !== "function")
    throw new TypeError(`${called} needs a setup(listener) that returns its hooks`);
  if (control === undefined) return;
  if (!control.startsWith(CONTROL_PREFIX) || control === CONTROL_PREFIX) {
    throw new TypeError(
      `${called} needs a control type that begins with ${CONTROL_PREFIX}, not ${JSON.stringify(control)}`,
    );
  }
  if (TAKEN.includes(control)) throw new TypeError(`${called} cannot have ${control}, which is the protocol's`);
}

/**
 * @param late Those that were added to a router that already serves a listener.
 * @throws Error where two have one name or one control type, or some come too late.
 */
export function checkTogether(all: readonly Extension[], late: readonly Extension[]): void {
  const [first] = late;
  if (first !== undefined) {
    throw new Error(
      `The extension ${JSON.stringify(first.name)} comes too late: extend a router before a server is made for it`,
    );
  }
  const [names, controls] = [new Set<string>(), new Set<string>()];
  for (const { name, control } of all) {
    if (names.has(name)) throw new Error(`Two extensions are called ${JSON.stringify(name)}`);
    names.add(name);
    if (control === undefined) continue;
    if (controls.has(control)) throw new Error(`Two extensions have the control type ${JSON.stringify(control)}`);
    controls.add(control);
  }
}
