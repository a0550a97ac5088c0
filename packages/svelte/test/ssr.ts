import type { Client } from "@ws-kit/client";
import { render } from "svelte/server";
import Ssr from "./Ssr.svelte";

export function html(client?: Client): string {
  return render(Ssr, { props: { client } }).body.replaceAll(/<!--.*?-->/g, "");
}
