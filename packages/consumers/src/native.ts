import { createContext, runInContext, type Context } from "node:vm";
import { WebSocket } from "ws";
import { NativeUrl } from "../../../test/native-url.ts";

/**
 * The globals of React Native's engine (Hermes) that a client may meet, and no others: it has no `crypto`, no
 * `AbortSignal.any`, no `document`, no `structuredClone`, no events on the global object, and a `URL` of its own.
 *
 * @see https://reactnative.dev/docs/javascript-environment
 */
export function reactNative(extra: object): Context {
  const context = createContext({
    AbortController,
    Blob,
    URL: NativeUrl,
    URLSearchParams,
    WebSocket,
    btoa,
    atob,
    clearInterval,
    clearTimeout,
    console,
    navigator: { product: "ReactNative" },
    performance: { now: () => performance.now() },
    process: { env: { NODE_ENV: "development" } },
    queueMicrotask,
    setInterval,
    setTimeout,
    ...extra,
  });
  runInContext("globalThis.window = globalThis; globalThis.self = globalThis;", context);
  return context;
}
