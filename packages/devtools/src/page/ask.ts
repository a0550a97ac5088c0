/** Asks the server of this page. @throws Error with what it answers where that is no success. */
export async function ask<T>(name: string, body: object = {}): Promise<T> {
  const response = await fetch(name, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error((await response.text()).trim() || `HTTP ${response.status}`);
  return (await response.json()) as T;
}
