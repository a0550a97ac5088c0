// @ts-expect-error -- it has no types
import { JSDOM } from "jsdom";
import type * as ReactModule from "react";
import type { createRoot } from "react-dom/client";
import type * as Hooks from "../src/index.ts";

/** What is loaded where there is a window already: that is looked for once. */
export interface Loaded {
  readonly React: typeof ReactModule;
  readonly createRoot: typeof createRoot;
  readonly ws: typeof Hooks;
  /** Where a tree may be rendered. */
  readonly place: Element;
}

/** Gives this process a window, and loads React and the hooks beside it. */
export async function loadInWindow(): Promise<Loaded> {
  const { window } = new JSDOM("<div></div>", { url: "http://localhost/" });
  Object.assign(globalThis, { window, document: window.document });
  return {
    React: await import("react"),
    createRoot: (await import("react-dom/client")).createRoot,
    ws: await import("../src/index.ts"),
    place: window.document.querySelector("div") as Element,
  };
}
