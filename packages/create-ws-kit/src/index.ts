export { createProject, ScaffoldError, type ProjectOptions } from "./scaffold.ts";
export type { PackageManager } from "./package-managers.ts";
export type { ClientTemplate, ServerTemplate } from "./templates.ts";
