import type { Hono } from "hono";
import type { Router } from "@ws-kit/zod";

export { serve as serveHono } from "@hono/node-server";
export { createNodeHandler } from "@ws-kit/node";
export { default as express } from "express";
export { default as fastify } from "fastify";
export type * as http from "node:http";

export declare const chat: Router;
export declare const admin: Router;
export declare const app: Hono;
export declare function authenticate(req: Request): { name: string } | undefined;
export declare function adminsOnly(req: Request): { name: string } | undefined;
