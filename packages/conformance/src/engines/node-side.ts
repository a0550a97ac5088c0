import type { NodeSide } from "@ws-kit/core/extend";

/** A node that has live topics alone and hears nothing, but for what is given. */
export function nodeSide(given: Partial<NodeSide>): NodeSide {
  return {
    id: crypto.randomUUID().replaceAll("-", "").slice(0, 24),
    bytes: false,
    records: false,
    members: false,
    deliver: () => {},
    keepingOf: () => undefined,
    added: () => {},
    changed: () => {},
    link: () => {},
    ...given,
  };
}
