import type { Router } from "@ws-kit/zod";

export { serve } from "@ws-kit/bun";

export declare const router: Router;
