/** What a project can be served by, as it is asked for and as it is told. */
export const SERVERS = {
  bun: "Bun",
  "node-express": "Node + Express",
  hono: "Hono on Node",
  cloudflare: "Cloudflare Workers",
} as const;

/** What its page can be written with. */
export const CLIENTS = {
  react: "React",
  plain: "plain TypeScript",
} as const;

export type ServerTemplate = keyof typeof SERVERS;
export type ClientTemplate = keyof typeof CLIENTS;
