import type { EventEmitter } from "node:events";
import type { Client } from "@ws-kit/client";
import { createRouter, message, type Router, rpc, topic, z } from "@ws-kit/zod";
import type { WebSocketServer } from "ws";

export { createRouter, message, rpc, topic, z };
export { WebSocket } from "ws";

export declare const wss: WebSocketServer;
export declare const router: Router;
export declare const bus: EventEmitter;
export declare const client: Client;
export declare function reload(): void;
export declare function show(title: string): void;
