import { cloudflare } from "@cloudflare/vite-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Runs the Worker in workerd, Cloudflare's own runtime, beside the page.
export default defineConfig({ plugins: [react(), cloudflare()] });
