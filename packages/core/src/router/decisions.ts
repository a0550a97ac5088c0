/** What a router decides about connections, by its options. */
const DECISIONS = ["authorizeTopic", "identify", "expiresAt"] as const;

export type Decides = { readonly [name in (typeof DECISIONS)[number]]: unknown };

/**
 * A listener asks the router that it serves, and none of those that are merged into that one: a rule there would decide
 * nothing, and let in whom it was to keep out.
 * @throws Error where a router says what the one that it is merged into does not.
 */
export function checkDecisions(router: Decides, merged: Decides): void {
  for (const name of DECISIONS) {
    if (merged[name] === undefined || router[name] !== undefined) continue;
    throw new Error(
      `${name} of a router that is merged into another decides nothing: give it to the outer one, createRouter({ ${name} })`,
    );
  }
}
