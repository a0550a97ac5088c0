import { wsClient } from "@ws-kit/client/zod";
import type { App } from "vue";

export { GetUser } from "./packages-react.ts";

export const client = wsClient({ url: "wss://example.com/ws" });
export declare function defineNuxtPlugin(plugin: (nuxt: { vueApp: App }) => void): unknown;
