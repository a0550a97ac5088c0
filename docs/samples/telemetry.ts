import { createRouter } from "@ws-kit/zod";
import { wsClient } from "@ws-kit/client/zod";
import { instrument } from "@ws-kit/otel";

export { createRouter, wsClient };
export declare const url: string;
export const router = instrument(createRouter());

/** Of `@sentry/node`. */
export declare const Sentry: { captureException(error: unknown): string };
