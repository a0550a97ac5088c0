/** Who started us, and so who will run the project. */
export type PackageManager = "npm" | "pnpm" | "yarn" | "bun";

/**
 * Every package manager says its name to what it runs.
 * @param userAgent `npm_config_user_agent`, such as `pnpm/12.2.0 npm/? node/v24.0.0 linux x64`.
 * @returns npm where nobody says anything.
 */
export function packageManagerOf(userAgent = ""): PackageManager {
  const [, name = ""] = /^(npm|pnpm|yarn|bun)\//.exec(userAgent) ?? [];
  return (name || "npm") as PackageManager;
}

/** What one types before the name of a script. */
export function runWith(manager: PackageManager): string {
  return manager === "yarn" ? "yarn" : `${manager} run`;
}
