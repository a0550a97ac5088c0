import { pino } from "pino";
import { requestLog } from "@ws-kit/core/extend";
import { createRouter } from "@ws-kit/zod";
import { wsClient } from "@ws-kit/client/zod";
import { instrument } from "@ws-kit/otel";

export * as Sentry from "@sentry/node";
export { createRouter, requestLog, wsClient };
export declare const url: string;
export const router = instrument(createRouter());

export const log = pino();
