import type { Filter, Look, Seen, View } from "../wire.ts";

/** One of the page's views. */
export interface PageView {
  readonly view: View;
  readonly title: string;
  readonly element: HTMLElement;
  /** What is asked for while it is in sight. */
  look(): Partial<Look>;
  show(seen: Seen): void;
  /** It comes into sight. */
  opened?(): void;
}

/** What views may do with each other. */
export interface Shell {
  /** Shows frames that fit. */
  frames(filter: Filter): void;
  connections(filter: Filter): void;
  /** Opens the form with this receiver. */
  sendTo(to: { readonly clientId: string } | { readonly topic: string }): void;
  /** Asks at once, since something else is to be seen. */
  refresh(): void;
}
