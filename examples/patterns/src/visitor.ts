/** Stands for a look at a session: here everybody is who they say they are, `?user=ada&role=moderator`. */
export function visitor(req: { readonly url: string }): { userId: string; role: string } {
  const { searchParams } = new URL(req.url);
  return { userId: searchParams.get("user") ?? "guest", role: searchParams.get("role") ?? "user" };
}
