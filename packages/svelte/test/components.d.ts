/** Components are compiled in the tests; what types they have is their compiler's concern. */
declare module "*.svelte" {
  import type { Component } from "svelte";
  const component: Component<Record<string, unknown>>;
  export default component;
}
