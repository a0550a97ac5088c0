import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // Vite has the page, the server the socket. No `changeOrigin`: the server compares the page's host with the one it is asked for.
  server: { proxy: { "/ws": { target: `http://localhost:${process.env["PORT"] ?? 3000}`, ws: true } } },
});
