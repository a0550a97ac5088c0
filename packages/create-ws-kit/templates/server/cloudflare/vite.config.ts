import { cloudflare } from "@cloudflare/vite-plugin";
import { defineConfig } from "vite";

// Runs the Worker in workerd, Cloudflare's own runtime, beside the page.
export default defineConfig({ plugins: [cloudflare()] });
